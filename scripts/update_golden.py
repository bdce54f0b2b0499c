#!/usr/bin/env python3
"""Writes the golden files that show what users and reviewers see; look at the difference, then commit
it with its cause. Nobody else writes them.

    update_golden.py --qingdan FILE [help|overlaps ...]           writes (default: all)
    update_golden.py --qingdan FILE --check [help|overlaps ...]   exit 1 where one differs

    help       tests/golden/help/*.txt: --help of the program, its groups and its commands
    overlaps   tests/golden/rule_overlaps.txt: which rules hold on the same example
"""
import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden"
LIMIT_S = 300
SUBCOMMAND = re.compile(r"^  ([a-z]\S*) ", re.MULTILINE)


def output_of(qingdan, *words, statuses=(0,)):
    environment = dict(os.environ, QINGDAN_FINGERPRINTS=str(ROOT / "fingerprints"))
    done = subprocess.run([str(qingdan), *words], env=environment, capture_output=True, text=True,
                          timeout=LIMIT_S)
    if done.returncode not in statuses:
        sys.exit(f"{' '.join(words)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def help_texts(qingdan, *command):
    """The help of a command and of all below it, as its own list of subcommands names them."""
    text = output_of(qingdan, *command, "--help")
    yield GOLDEN / "help" / ("_".join(("qingdan", *command)) + ".txt"), text
    _, found, below = text.partition("\nSubcommands:\n")
    if found:
        for name in SUBCOMMAND.findall(below):
            yield from help_texts(qingdan, *command, name)


def overlaps(qingdan):
    # Status 1: a rule is faulty. That is told by the test of the shipped rules.
    yield GOLDEN / "rule_overlaps.txt", output_of(qingdan, "rules", "check", "--overlaps", statuses=(0, 1))


KINDS = {"help": (help_texts, "help/*.txt"), "overlaps": (overlaps, "rule_overlaps.txt")}


def wanted(qingdan, kind):
    return dict(KINDS[kind][0](qingdan))


def stale(kind, texts):
    return sorted(set(GOLDEN.glob(KINDS[kind][1])) - texts.keys())


def write(kind, texts):
    for path in stale(kind, texts):
        path.unlink()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{kind}: {len(texts)} files")


def differences(kind, texts):
    for path in stale(kind, texts):
        yield f"{path.relative_to(ROOT)}: of nothing that there is any more"
    for path, text in texts.items():
        name = str(path.relative_to(ROOT))
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        if held != text:
            yield "".join(difflib.unified_diff(held.splitlines(True), text.splitlines(True), name, "now"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qingdan", type=pathlib.Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    arguments = parser.parse_args()
    if unknown := set(arguments.kinds) - KINDS.keys():
        parser.error(f"unknown: {' '.join(sorted(unknown))} (known: {' '.join(KINDS)})")
    failed = False
    for kind in arguments.kinds or KINDS:
        texts = wanted(arguments.qingdan.resolve(), kind)
        if not arguments.check:
            write(kind, texts)
            continue
        for difference in differences(kind, texts):
            failed = True
            print(difference, file=sys.stderr)
    if failed:
        print("look at the difference; if it is meant, run scripts/update_golden.py", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
