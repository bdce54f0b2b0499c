#!/usr/bin/env python3
"""Raw probing against a real kernel: two network namespaces joined by a veth pair, made here.

    raw_netns.py --rig PROGRAM          the tests; exit status 77 where the kernel forbids namespaces
    raw_netns.py --rig PROGRAM --rate N also measures N sends per round, ours against a bare loop, with
                                        nobody and with everybody answering

In the other namespace whole prefixes are local (AnyIP), port 80 listens, every other port is answered
by the kernel's RST. Nothing leaves the machine: neither namespace has another link.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

SKIPPED = 77
LISTENER = """
import socket, sys
held = []
for family, name in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((name, 80))
    s.listen(4096)
    held.append(s)
print("ready", flush=True)
sys.stdin.read()
"""
HERE = """
link set lo up
link add qd0 type veth peer name qd1
link set qd1 netns {peer}
addr add 10.97.0.1/24 dev qd0
addr add 10.99.0.1/16 dev qd0
-6 addr add fd00:97::1/64 dev qd0 nodad
-6 addr add fd00:99::1/64 dev qd0 nodad
link set qd0 up
route add 10.98.0.0/16 via 10.97.0.2
route add blackhole 10.98.9.0/24
-6 route add fd00:98::/64 via fd00:97::2
"""
THERE = """
link set lo up
addr add 10.97.0.2/24 dev qd1
addr add 10.99.0.2/16 dev qd1
-6 addr add fd00:97::2/64 dev qd1 nodad
-6 addr add fd00:99::2/64 dev qd1 nodad
-6 addr add fd00:99::3:1/64 dev qd1 nodad
-6 addr add fd00:99::3:2/64 dev qd1 nodad
link set qd1 up
route add local 10.98.3.0/24 dev lo
route add prohibit 10.98.4.0/24
route add local 10.99.3.0/24 dev lo
-6 route add local fd00:98::/64 dev lo
"""


def enter_namespace():
    """Runs on in a network namespace of its own, or ends with the word why not."""
    if os.environ.get("QINGDAN_RAW_NETNS"):
        return
    enter = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    probe = enter + ["ip", "link", "add", "qd0", "type", "veth", "peer", "name", "qd1"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, timeout=20)
        why = done.stderr.strip() if done.returncode else ""
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if why:
        print(f"SKIPPED: no network namespace with veth here: {why}", file=sys.stderr)
        sys.exit(SKIPPED)
    os.environ["QINGDAN_RAW_NETNS"] = "1"
    os.execvp(enter[0], enter + [sys.executable] + sys.argv)


class Wire:
    """The pair of namespaces; ours is the one this program runs in."""

    def __init__(self):
        self.children = []
        holder = self.start(["unshare", "--net", "sh", "-c", "echo ready; exec sleep 600"])
        self.inside = ["nsenter", "--target", str(holder.pid), "--net"]
        self.batch([], HERE.format(peer=holder.pid))
        self.batch(self.inside, THERE)
        # A router that forwards is one that says why it did not.
        forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        subprocess.run(self.inside + ["sh", "-c", forward], check=True, timeout=20)
        self.start(self.inside + [sys.executable, "-c", LISTENER])

    def start(self, command):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        if child.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{command}: did not start")
        return child

    @staticmethod
    def batch(prefix, text):
        for line in text.strip().splitlines():
            subprocess.run(prefix + ["ip"] + line.split(), check=True, timeout=20)

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()


class Suite:
    def __init__(self, rig):
        self.rig, self.failed, self.count = rig, 0, 0

    def run(self, *words):
        done = subprocess.run([str(self.rig), *map(str, words)], capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout) if done.stdout.startswith("{") else {"crash": done.stderr}

    def sweep(self, name, scope, prefix, ports, **wanted):
        seen = self.run("sweep", scope, prefix, *ports)
        wanted = {"strange": 0, "dropped": 0, "failures": 0, **wanted}
        wrong = {key: (seen.get(key), value) for key, value in wanted.items() if seen.get(key) != value}
        self.check(name, not wrong, f"(seen, wanted): {wrong}; all: {seen}")

    def check(self, name, holds, detail):
        self.count += 1
        if not holds:
            self.failed += 1
            print(f"FAILED {name}: {detail}", flush=True)


def test_everything(suite):
    # The gateway's MAC is asked for first: no scope holds it, the kernel's route names it.
    suite.sweep("routed IPv4", "10.98.3.0/24", "10.98.3.0/24", [80, 81],
                open=256, closed=256, icmp=0, sent=513, neighbours=1, ways=1, links="qd0")
    suite.sweep("routed IPv6", "fd00:98::/120", "fd00:98::/120", [80, 81],
                open=256, closed=256, sent=513, neighbours=1, links="qd0")
    # One address only: routers send few errors a second.
    suite.sweep("prohibited by the router", "10.98.4.0/28", "10.98.4.5/32", [80], open=0, closed=0, icmp=1)
    suite.sweep("on link IPv4", "10.99.3.0/24", "10.99.3.0/24", [80, 81],
                open=256, closed=256, neighbours=256, silent=0)
    suite.sweep("on link, nobody there", "10.99.4.0/28", "10.99.4.0/28", [80],
                open=0, neighbours=0, silent=16, sent=48)
    suite.sweep("on link IPv6", "fd00:99::3:0/126", "fd00:99::3:0/126", [80, 81],
                open=2, closed=2, neighbours=2, silent=2)
    suite.sweep("our own address", "10.97.0.1/32", "10.97.0.1/32", [81], open=0, closed=1, links="lo")
    suite.sweep("our own address, IPv6", "fd00:97::1/128", "fd00:97::1/128", [81], closed=1, links="lo")
    suite.sweep("loopback IPv4", "127.0.0.0/8", "127.5.6.0/24", [81], closed=256, links="lo")
    suite.sweep("loopback IPv6", "::1/128", "::1/128", [81], closed=1, links="lo")
    suite.sweep("an answer to a port that is ours too", "127.5.6.7/32", "127.5.6.7/32", [61005], closed=1)

    seen = suite.run("sweep", "10.98.9.0/24", "10.98.9.0/24", 80)
    suite.check("no route", "no route to 10.98.9.0" in seen.get("error", ""), seen)
    seen = suite.run("sweep", "10.99.0.0/16", "10.99.255.255/32", 80)
    suite.check("broadcast", "group" in seen.get("error", ""), seen)
    seen = suite.run("sweep", "10.98.3.0/25", "10.98.3.128/32", 80)
    suite.check("out of scope", seen.get("refused") and "10.98.3.128" in seen["error"], seen)


def test_link_lost(suite):
    watcher = subprocess.Popen([str(suite.rig), "watch", "10.98.3.0/24", "10.98.3.1"],
                               stdout=subprocess.PIPE, text=True)
    ready = watcher.stdout.readline().strip() == "ready"
    subprocess.run(["ip", "link", "delete", "qd0"], check=True, timeout=20)
    said, _ = watcher.communicate(timeout=30)
    suite.check("the interface went away", ready and "capture on qd0" in said, said)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rig", type=pathlib.Path, required=True)
    parser.add_argument("--rate", type=int, default=0)
    arguments = parser.parse_args()
    enter_namespace()
    suite = Suite(arguments.rig)
    started = time.monotonic()
    wire = Wire()
    try:
        test_everything(suite)
        if arguments.rate:
            print("nobody answers:", json.dumps(suite.run("rate", "10.98.0.0/16", "10.98.0.1", arguments.rate)))
            wire.batch(wire.inside, "route add local 10.98.0.0/16 dev lo")
            print("everybody answers:", json.dumps(suite.run("rate", "10.98.0.0/16", "10.98.0.1", arguments.rate)))
        test_link_lost(suite)
    finally:
        wire.close()
    print(f"raw_netns: {suite.count} checks, {suite.failed} failed, {time.monotonic() - started:.1f} s")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
