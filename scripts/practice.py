#!/usr/bin/env python3
"""The practice run behind `scripts/run`: two censuses of a made-up city on loopback addresses.

    practice.py --build DIR --out DIR [--network FILE]

Starts the practice network (127.66.0.0/16, in a network namespace of its own where the kernel allows
one), takes a census, lets the network change, takes a second one, and leaves register, workbook, CSV
and the network's own truth in --out. Prints what was found and what changed. Ends what it started.
"""
import argparse
import collections
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests/integration"))
import harness  # noqa: E402  (the practice network and the program, as the tests use them)


def call(program, *words):
    """Its progress and messages go to the terminal; ends the run where it could not do it."""
    status, printed = program.show(*words)
    if status not in (0, 1):
        raise SystemExit(f"qingdan {' '.join(map(str, words))} ended with status {status}")
    return printed


def census(program, network):
    call(program, "census", "--scope", network.scope, "--ports", network.ports, "--format", "table")


def tell_services(program):
    services = [s for s in program.rows("services", "list")
                if s["state"] != "closed" and s["verdict"] in ("open-verified", "open-acked")]
    products = collections.Counter(s["product"] or f"({s['service'] or 'unknown'})" for s in services)
    print(f"{len(services)} services in the list; the most frequent products:")
    for product, number in products.most_common(12):
        print(f"  {number:4} {product}")


def tell_changes(program, run):
    print("what changed:")
    for change in program.rows("changes", "list", "--run", run):
        where = f"{change['ip'] or ''}{':' + str(change['port']) if change['port'] else ''}"
        what = " → ".join(x for x in (change["before"], change["after"]) if x)
        print(f"  {change['type']}  {change['asset'] or '':10} {where:22} {change['field'] or ''} {what}")


def main():
    harness.own_loopback()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--network", type=pathlib.Path, default=TOP / "tests/support/practice/networks/city.toml")
    arguments = parser.parse_args()
    out = arguments.out
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    program = harness.Program(arguments.build / "qingdan", out / "qingdan.db")
    network = harness.PracticeNetwork(arguments.build / "qingdan-practice", arguments.network, out)
    try:
        print(f"the practice network plays on 127.66.0.0/16; census 1 over {network.scope.name}:", flush=True)
        census(program, network)
        tell_services(program)
        network.epoch(2)
        print("the network has changed; census 2:", flush=True)
        census(program, network)
        tell_changes(program, 2)
    finally:
        network.close()
    for name in ("网络资产清单.xlsx", "网络资产清单.csv"):
        call(program, "list", "export", "-o", out / name)
    print(f"left in {out}: qingdan.db, 网络资产清单.xlsx, 网络资产清单.csv, truth.json, scope.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main())
