#!/usr/bin/env python3
"""A census that is killed anywhere and resumed is as good as one that nobody disturbed: every address and
port asked, one row per service, the services of the undisturbed run, the probe ledger whole. Stopped
(signal, `runs stop`, a stop file) it sends nothing more and goes on; on a full disk it says so and goes on.

A machine in front of a prefix is recognised though no process heard all of it. It answers itself, on
127.66.200.0/28, the machine in front on 127.66.201.0/28. --kills N random points (CTest: 12; the long mode of the issue: 200).
"""
import json
import pathlib
import random
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

import harness

NETWORK = "127.66.200.0/28"
HOSTS = [f"127.66.200.{number}" for number in range(1, 15)]
FRONTED = "127.66.201.0/28"
PORTS = list(range(2201, 2241))
OPEN = {(host, port) for at, host in enumerate(HOSTS) for port in PORTS[at % 4::9]}
SCOPE = """[authorisation]
number = "T-{number}"
issued_by = "tests"
valid_from = 2000-01-01
valid_to = 2100-01-01
[pace]
global_pps = {pps}
prefix_pps = 0
host_pps = 0
[[allow]]
cidr = "{network}"
zone = "z"
unit = "u"
"""


class Town:
    """SSH greeters on the open ports; every other port refuses. Counts who comes, with the time."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.arrivals = []
        self.ended = threading.Event()
        for host, port in OPEN:
            listener = socket.create_server((host, port), backlog=64)
            listener.setblocking(False)
            self.selector.register(listener, selectors.EVENT_READ, f"SSH-2.0-OpenSSH_9.{port % 7}p1 x\r\n")
        for number in range(16):
            listener = socket.create_server((f"127.66.201.{number}", PORTS[0]), backlog=64)
            listener.setblocking(False)
            self.selector.register(listener, selectors.EVENT_READ, "SSH-2.0-Front\r\n")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.ended.is_set():
            for key, _ in self.selector.select(timeout=0.2):
                self.answer(key)

    def answer(self, key):
        try:
            if key.data is None:
                if not key.fileobj.recv(4096):
                    raise OSError
                return
            peer, _ = key.fileobj.accept()
            self.arrivals.append(time.monotonic())
            peer.setblocking(False)
            peer.send(key.data.encode())
            peer.shutdown(socket.SHUT_WR)
            self.selector.register(peer, selectors.EVENT_READ, None)
        except OSError:
            if key.data is None:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()

    def close(self):
        self.ended.set()
        self.thread.join()


class Suite:
    def __init__(self, arguments, place):
        self.arguments, self.place = arguments, pathlib.Path(place)
        self.checks = harness.Checks()
        self.random = random.Random(int(arguments.seed))
        self.scope = self.place / "scope.toml"
        self.scope.write_text(SCOPE.format(number=1, pps=150, network=NETWORK))
        self.ports = f"{PORTS[0]}-{PORTS[-1]}"

    def program(self, name):
        return harness.Program(self.arguments.qingdan, self.place / name)

    def begin(self, program, *words):
        return subprocess.Popen([str(program.binary), "--register", str(program.register), *map(str, words)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def census(self, program):
        return self.begin(program, "census", "--scope", self.scope, "--ports", self.ports, "--format", "jsonl")

    def resume(self, program, run=1, scope=None):
        return program.run("runs", "resume", run, "--scope", scope or self.scope, "--format", "jsonl")

    def services(self, program):
        rows = program.rows("services", "list")
        keys = [(row["ip"], row["port"]) for row in rows]
        self.checks.that(len(keys) == len(set(keys)), "a service has two rows")
        return {(row["ip"], row["port"], row["verdict"], row["product"], row["version"]) for row in rows}

    def whole(self, program, what, run=1):
        """The run has asked everything, and what it found is what is there."""
        row = next((r for r in program.rows("runs", "list") if r["run"] == run), {})
        self.checks.that(row.get("state") == "finished" and row.get("applied"), f"{what}: {row}")
        self.checks.that(row.get("not_probed") == 0 and row.get("skipped") == 0, f"{what}: not all asked: {row}")
        self.checks.that(row.get("open") == len(OPEN), f"{what}: {row.get('open')} open of {len(OPEN)}")
        self.checks.that(row.get("probes_answered") == row.get("probes"), f"{what}: answers do not add up: {row}")
        self.checks.that(self.services(program) == self.truth, f"{what}: other services than undisturbed")
        verified = program.run("register", "verify")
        self.checks.that(verified.returncode == 0, f"{what}: verify: {verified.stdout}{verified.stderr}")

    def undisturbed(self):
        program = self.program("undisturbed.db")
        program.run("rules", "identify", stdin="")  # the first to read the rules compiles them
        begun = time.monotonic()
        done = self.census(program)
        out, err = done.communicate(timeout=harness.LIMIT_S)
        self.checks.that(done.returncode == 0, f"undisturbed: {done.returncode} {err}")
        self.truth = self.services(program)
        self.took = time.monotonic() - begun
        self.checks.that({(ip, port) for ip, port, *_ in self.truth} == OPEN, "undisturbed: not what is there")
        self.whole(program, "undisturbed")

    def killed(self, number):
        """One to three kills at random points, then to the end."""
        program = self.program(f"killed{number}.db")
        process, deaths = self.census(program), []
        for _ in range(self.random.randint(1, 3)):
            after = self.random.uniform(0.02, self.took * 0.9)
            try:
                process.wait(timeout=after)
            except subprocess.TimeoutExpired:
                process.kill()
                deaths.append(round(after, 2))
            process.communicate()
            if not program.register.exists() or not self.exists(program):
                process = self.census(program)
            else:
                process = self.begin(program, "runs", "resume", 1, "--scope", self.scope)
        _, err = process.communicate(timeout=harness.LIMIT_S)
        done = process.returncode == 0 or "already" in err
        self.checks.that(done, f"killed after {deaths} s: {process.returncode} {err}")
        self.whole(program, f"killed after {deaths} s")
        program.register.unlink()
        return len(deaths)

    def exists(self, program):
        listed = program.run("runs", "list", "--format", "jsonl")
        return listed.returncode == 0 and listed.stdout.strip() != ""

    def fronted(self):
        """Killed when half of a machine in front was heard, twice; nobody of it may become an asset."""
        scope = self.place / "fronted.toml"
        scope.write_text(SCOPE.format(number=3, pps=60, network=FRONTED))
        program = self.program("fronted.db")
        process = self.begin(program, "census", "--scope", scope, "--ports", PORTS[0], "--format", "jsonl")
        for _ in range(2):
            try:
                process.wait(timeout=0.9)
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate()
            process = self.begin(program, "runs", "resume", 1, "--scope", scope)
        _, err = process.communicate(timeout=harness.LIMIT_S)
        self.checks.that(process.returncode == 0 or "already" in err, f"fronted: {process.returncode} {err}")
        shown = program.run("runs", "show", 1)
        self.checks.that(f"middlebox: {FRONTED.replace('/28', '/24')} answers on {PORTS[0]} for 16 of 16" in shown.stderr,
                         f"fronted: not seen as a machine in front: {shown.stderr}")
        listed = [row for row in program.rows("services", "list") if row["verdict"] != "suspect-proxy"]
        self.checks.that(not listed, f"fronted: services of nobody: {listed[:3]}")

    def stopped(self, town, how):
        name = f"stopped by {how}"
        program = self.program(f"{how}.db")
        process = self.census(program)
        time.sleep(self.took * 0.4)
        asked = time.monotonic()
        by_hand = pathlib.Path(f"{program.register}.stop")
        if how == "signal":
            process.send_signal(signal.SIGINT)
        elif how == "command":
            self.checks.that(program.run("runs", "stop", 1).returncode == 0, "runs stop failed")
        else:
            by_hand.touch()
        _, err = process.communicate(timeout=60)
        self.checks.that(process.returncode == 1 and "run 1 is paused" in err, f"{name}: {process.returncode} {err}")
        late = [at for at in town.arrivals if at > asked + 1]
        self.checks.that(not late, f"{name}: {len(late)} came later than a second")
        state = program.rows("runs", "list")[0]["state"]
        self.checks.that(state == "paused", f"{name}: state {state}")
        self.checks.that(not program.rows("services", "list"), f"{name}: judged before it was finished")
        if by_hand.exists():
            self.checks.that(how == "hand", f"{name}: the stop file was left behind")
            self.checks.that(self.resume(program).returncode == 3, f"{name}: went on with a stop file in place")
            by_hand.unlink()
        done = self.resume(program)
        self.checks.that(done.returncode == 0, f"{name}: resume: {done.returncode} {done.stderr}")
        self.whole(program, name)

    def windows(self, town):
        """The window closes in the middle of the run and opens again: it waits, in one process."""
        begun, wall = time.monotonic(), int(time.time()) + 1
        times = [time.strftime("%H:%M:%S", time.localtime(wall + after)) for after in (-60, 4, 8, 600)]
        if times != sorted(times):
            print("midnight is near: the windows are left out", file=sys.stderr)
            return
        begun += wall - time.time()
        scope = self.place / "windows.toml"
        scope.write_text(self.scope.read_text() + "".join(
            f"[[window]]\nfrom = {opens}\nto = {closes}\n" for opens, closes in (times[:2], times[2:])))
        program = self.program("windows.db")
        done = program.run("census", "--scope", scope, "--ports", self.ports, "--format", "jsonl")
        self.checks.that(done.returncode == 0, f"windows: {done.returncode} {done.stderr}")
        # The calendar's answer is kept for a second.
        within = [at - begun for at in town.arrivals if 5.2 < at - begun < 7.9]
        before = [at for at in town.arrivals if begun < at < begun + 5.2]
        after = [at for at in town.arrivals if at > begun + 7.9]
        self.checks.that(not within, f"windows: {len(within)} came while it was closed: {within[:5]}")
        self.checks.that(before and after, f"windows: {len(before)} came before, {len(after)} after the pause")
        self.whole(program, "windows")

    def other_scope(self):
        program = self.program("scope.db")
        process = self.census(program)
        # On a busy machine the start alone may take so long, and before it there is nothing to finish.
        for _ in range(600):
            if program.register.exists():
                break
            time.sleep(0.1)
        time.sleep(self.took * 0.3)
        process.kill()
        process.communicate()
        other = self.place / "other.toml"
        other.write_text(SCOPE.format(number=2, pps=150, network=NETWORK))
        refused = self.resume(program, scope=other)
        self.checks.that(refused.returncode == 3 and "another scope" in refused.stderr
                         and refused.stderr.count("\n") == 1, f"other scope: {refused}")
        finished = program.run("runs", "finish", 1, "--format", "jsonl")
        self.checks.that(finished.returncode == 1, f"finish: {finished}")
        self.checks.that(self.services(program) <= self.truth | self.unheard(program), "finish: made something up")
        self.checks.that(program.run("register", "verify").returncode == 0, "finish: verify")
        gap = program.run("runs", "touched", NETWORK.replace("/28", "/24"), "--format", "jsonl")
        rows = [json.loads(line) for line in gap.stdout.splitlines()]
        self.checks.that(gap.returncode == 1 and any(row["kind"] == "unrecorded" for row in rows), f"no gap: {gap}")

    def unheard(self, program):
        """Open ports whose interview was still to come: of them only the sweep's own answer is known."""
        return {key for key in self.services(program)
                if key[2] in ("open", "open-synack") and key[:2] in OPEN}

    def full_disk(self):
        disk = self.place / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True)
        if mounted.returncode != 0:
            print("no tmpfs can be mounted here: the full disk is left out", file=sys.stderr)
            return
        try:
            program = harness.Program(self.arguments.qingdan, disk / "r.db")
            process = self.census(program)
            time.sleep(self.took * 0.3)
            try:
                with open(disk / "ballast", "wb", buffering=0) as ballast:
                    while ballast.write(b"x" * 4096):
                        pass
            except OSError:
                pass
            _, err = process.communicate(timeout=harness.LIMIT_S)
            said = err.strip().splitlines()
            self.checks.that(process.returncode == 3 and "no space left" in said[-1], f"full disk: {process.returncode} {err}")
            (disk / "ballast").unlink()
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            done = self.resume(program)
            self.checks.that(done.returncode == 0, f"full disk: resume: {done.returncode} {done.stderr}")
            self.whole(program, "full disk")
        finally:
            subprocess.run(["umount", str(disk)], check=True)


def main():
    arguments = harness.arguments(("--kills", "12"), ("--seed", "1"))
    place = harness.workplace()
    suite = Suite(arguments, place.name)
    town = Town()
    try:
        suite.undisturbed()
        for how in ("signal", "command", "hand"):
            suite.stopped(town, how)
        suite.windows(town)
        suite.other_scope()
        suite.fronted()
        suite.full_disk()
        deaths = number = 0
        while deaths < int(arguments.kills) and number < 3 * int(arguments.kills):
            number += 1
            deaths += suite.killed(number)
        print(f"{deaths} kills in {number} censuses of {suite.took:.1f} s", file=sys.stderr)
    finally:
        town.close()
        place.cleanup()
    suite.checks.finish()


if __name__ == "__main__":
    main()
