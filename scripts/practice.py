#!/usr/bin/env python3
"""The practice run behind `scripts/run`: two censuses of a made-up city on loopback addresses.

    practice.py --build DIR --out DIR [--network FILE]

Starts the practice network (127.66.0.0/16), takes a census, lets the network change, takes a second
one, and leaves register, workbook and CSV in --out. Prints what was found and what changed, and how
both compare with the network's own truth. Ends what it started.
"""
import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
LIMIT_S = 900  # of any one step


class PracticeNetwork:
    """The program that plays the city; ends with its standard input."""

    def __init__(self, build, network, out):
        self.truth = out / "truth.json"
        self.scope = out / "scope.toml"
        base = [str(build / "qingdan-practice"), "--network", str(network)]
        self.ports = subprocess.run(base + ["--print-ports"], check=True, capture_output=True, text=True,
                                    timeout=LIMIT_S).stdout.strip()
        self.process = subprocess.Popen(
            base + ["--truth", str(self.truth), "--scope", str(self.scope), "--log", str(out / "practice-log.json"),
                    "--max-seconds", str(LIMIT_S)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.wait_for("ready")

    def wait_for(self, word):
        for line in self.process.stdout:
            if word in line:
                return
        raise SystemExit("the practice network ended before it was ready")

    def epoch(self, number):
        self.process.stdin.write(f"epoch {number}\n")
        self.process.stdin.flush()
        self.wait_for(f"epoch {number} ready")

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def qingdan(build, register, *arguments, check=True):
    done = subprocess.run([str(build / "qingdan"), "--register", str(register), *arguments],
                          stdout=subprocess.PIPE, text=True, timeout=LIMIT_S)
    if check and done.returncode not in (0, 1):
        raise SystemExit(f"qingdan {' '.join(arguments)} ended with status {done.returncode}")
    return done.stdout


def rows(build, register, *arguments):
    return [json.loads(line) for line in qingdan(build, register, *arguments, "--format", "jsonl").splitlines()]


def census(build, register, network):
    print(qingdan(build, register, "census", "--scope", str(network.scope), "--ports", network.ports,
                  "--format", "table"), end="", flush=True)


def tell_services(build, register):
    services = [s for s in rows(build, register, "services", "list")
                if s["state"] != "closed" and s["verdict"] in ("open-verified", "open-acked")]
    products = collections.Counter(s["product"] or f"({s['service'] or 'unknown'})" for s in services)
    print(f"{len(services)} services in the list; the most frequent products:")
    for product, number in products.most_common(12):
        print(f"  {number:4} {product}")


def tell_changes(build, register, run):
    print("what changed:")
    for change in rows(build, register, "changes", "list", "--run", str(run)):
        where = f"{change['ip'] or ''}{':' + str(change['port']) if change['port'] else ''}"
        what = " → ".join(x for x in (change["before"], change["after"]) if x)
        print(f"  {change['type']}  {change['asset'] or '':10} {where:22} {change['field'] or ''} {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--network", type=pathlib.Path, default=TOP / "tests/support/practice/networks/city.toml")
    arguments = parser.parse_args()
    out = arguments.out
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    register = out / "qingdan.db"
    network = PracticeNetwork(arguments.build, arguments.network, out)
    try:
        print(f"the practice network plays on 127.66.0.0/16; census 1 over {network.scope.name}:", flush=True)
        census(arguments.build, register, network)
        tell_services(arguments.build, register)
        network.epoch(2)
        print("the network has changed; census 2:", flush=True)
        census(arguments.build, register, network)
        tell_changes(arguments.build, register, 2)
    finally:
        network.end()
    for name in ("网络资产清单.xlsx", "网络资产清单.csv"):
        qingdan(arguments.build, register, "list", "export", "-o", str(out / name))
    print(f"left in {out}: qingdan.db, 网络资产清单.xlsx, 网络资产清单.csv, truth.json, scope.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main())
