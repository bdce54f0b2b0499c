"""What the netns tests share: arguments, entering, skipping loudly, the methods there are, reading a sweep."""
import argparse
import collections
import ipaddress
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from netns import spaces  # noqa: E402

SKIPPED = 77


def arguments(*extra):
    """Returns inside a namespace of our own, or ends the test as skipped."""
    try:
        spaces.enter()
        spaces.run("nft", "list", "ruleset")
    except spaces.Forbidden as why:
        skip(why)
    parser = argparse.ArgumentParser()
    for name in ("--qingdan", "--city", "--source"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--method", default="", help="only this one")
    for name, default in extra:
        parser.add_argument(name, default=default, type=type(default))
    return parser.parse_args()


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(SKIPPED)


def methods(parsed):
    """The ways to probe TCP that this program knows, by its own help."""
    if parsed.method:
        return [parsed.method]
    shown = subprocess.run([str(parsed.qingdan), "sweep", "--help"], capture_output=True, text=True, timeout=60).stdout
    named = re.search(r"--method.*?\{([^}]*)\}", shown, re.DOTALL)
    return [method for method in ("connect", "syn") if named and method in named[1].split(",")]


def within(address, cidr):
    ip, net = ipaddress.ip_address(address), ipaddress.ip_network(cidr)
    return ip.version == net.version and ip in net


Found = collections.namedtuple("Found", "open verdicts duplicates")


def read_sweep(text):
    """Open (address, port, transport), verdicts counted, and what was said more than once."""
    rows, opened, verdicts = collections.Counter(), set(), collections.Counter()
    for line in text.splitlines():
        row = json.loads(line)
        at = (row["ip"], row["port"], row["transport"])
        rows[at] += 1
        verdicts[row["verdict"]] += 1
        if row["verdict"].startswith("open") and row["verdict"] not in ("open|filtered", "open-filtered"):
            opened.add(at)
    return Found(opened, verdicts, [at for at, times in rows.items() if times > 1])
