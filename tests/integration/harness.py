"""What the integration tests share: arguments, the program, the practice network, comparing."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LIMIT_S = 300


def own_loopback():
    """Runs on in a network namespace with a loopback of its own, where the kernel allows it: two tests
    do not meet, and nothing that listens on this machine is touched."""
    if os.environ.get("QINGDAN_OWN_LOOPBACK"):
        return
    enter = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    up = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    try:
        allowed = subprocess.run(enter + up + ["true"], capture_output=True, timeout=20).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        allowed = False
    if not allowed:
        print("no network namespace here: using this machine's loopback", file=sys.stderr)
        return
    os.environ["QINGDAN_OWN_LOOPBACK"] = "1"
    os.execvp(enter[0], enter + up + [sys.executable] + sys.argv)


def arguments(*extra):
    own_loopback()
    parser = argparse.ArgumentParser()
    parser.add_argument("--qingdan", type=pathlib.Path, required=True)
    parser.add_argument("--practice", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    for name, default in extra:
        parser.add_argument(name, default=default)
    return parser.parse_args()


class Program:
    """One register and the program on it."""

    def __init__(self, binary, register):
        self.binary, self.register = binary, register

    def run(self, *words, stdin=None, env=None, limit=LIMIT_S):
        return subprocess.run([str(self.binary), "--register", str(self.register), *map(str, words)],
                              capture_output=True, text=True, timeout=limit, input=stdin, env=env)

    def show(self, *words, limit=LIMIT_S * 3):
        """The same with its standard error on the terminal: (status, what it printed)."""
        done = subprocess.run([str(self.binary), "--register", str(self.register), *map(str, words)],
                              stdout=subprocess.PIPE, text=True, timeout=limit)
        print(done.stdout, end="", flush=True)
        return done.returncode, done.stdout

    def rows(self, *words):
        done = self.run(*words, "--format", "jsonl")
        if done.returncode not in (0, 1):
            raise AssertionError(f"{words}: status {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]


class PracticeNetwork:
    """Plays on 127.66.0.0/16 until closed."""

    def __init__(self, binary, network, out):
        self.out = pathlib.Path(out)
        self.scope, self.truth_file, self.log_file = (self.out / n for n in ("scope.toml", "truth.json", "log.json"))
        base = [str(binary), "--network", str(network)]
        self.ports = subprocess.run(base + ["--print-ports"], check=True, capture_output=True, text=True,
                                    timeout=LIMIT_S).stdout.strip()
        self.process = subprocess.Popen(
            base + ["--truth", str(self.truth_file), "--scope", str(self.scope), "--log", str(self.log_file),
                    "--max-seconds", "900"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._wait_for("ready")

    def _wait_for(self, word):
        for line in self.process.stdout:
            if word in line:
                return
        raise AssertionError("the practice network ended early")

    def epoch(self, number):
        self.process.stdin.write(f"epoch {number}\n")
        self.process.stdin.flush()
        self._wait_for(f"epoch {number} ready")

    def truth(self):
        return json.loads(self.truth_file.read_text(encoding="utf-8"))

    def close(self):
        """Ends it and gives what each host received."""
        self.process.stdin.close()
        self.process.wait(timeout=60)
        return json.loads(self.log_file.read_text(encoding="utf-8"))


class Checks:
    """Collects what is wrong, so that one run shows all of it."""

    def __init__(self):
        self.passed, self.failures = 0, []

    def that(self, condition, text):
        if condition:
            self.passed += 1
        else:
            self.failures.append(text)

    def finish(self):
        for failure in self.failures[:60]:
            print("FAILED", failure)
        print(f"{self.passed} passed, {len(self.failures)} failed")
        sys.exit(1 if self.failures else 0)


def workplace():
    return tempfile.TemporaryDirectory(prefix="qingdan-test-")
