#!/usr/bin/env python3
"""Every field a rule may read is described, and no other.

    schema/vocabulary/input.txt     the closed list
    schema/README.md                the table of "Input names": its last column names them in `code`

A header that the list names beside its family (http_header.server of http_header.*) needs no words
of its own. Exits 1 with a line for each name that only one of the two has.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LISTED = ROOT / "schema/vocabulary/input.txt"
DESCRIBED = ROOT / "schema/README.md"
# As fields are spelled; what else stands in `code` there are values and other words.
FIELD = re.compile(r"[a-z0-9]\w*(?:(?:\.[a-z][\w-]*)+|\.\*|\.<name>)|[a-z0-9]+_\w+|architecture")


def listed() -> set[str]:
    lines = (line.strip() for line in LISTED.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def described() -> set[str]:
    section = DESCRIBED.read_text(encoding="utf-8").split("\n## Input names\n")[1].split("\n## ")[0]
    names, channels = set(), set()
    for row in re.findall(r"^\| .+ \|$", section, re.MULTILINE):
        channels.update(re.findall(r"`([^`]+)`", row.split(" | ", 1)[0]))
        for code in re.findall(r"`([^`]+)`", row.rsplit(" | ", 1)[1]):
            if FIELD.fullmatch(code):
                names.add(code.replace(".<name>", ".*"))
    return names - (channels - listed())


def main() -> int:
    names, words = listed(), described()
    families = {name.removesuffix("*") for name in names if name.endswith(".*")}
    own = {name for name in names if name.endswith(".*") or
           not any(name.startswith(family) for family in families)}
    problems = [f"schema/README.md, Input names: {name} of schema/vocabulary/input.txt is missing"
                for name in sorted(own - words)]
    problems += [f"schema/README.md, Input names: {name} is not in schema/vocabulary/input.txt"
                 for name in sorted(words - names)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
