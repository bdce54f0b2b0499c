#!/usr/bin/env python3
"""Every unit has its test, every parser of foreign bytes its fuzz target with seeds.

    src/<dir>/<unit>.cpp                        tests/unit/<dir>/<unit>_test.cpp, or named by another
                                                test there: "// covers: dir/unit dir/unit"
    src/net/*_wire.cpp and those of PARSERS     tests/fuzz/<unit>_fuzz.cpp, tests/fuzz/corpus/<unit>/*

Exits 1 with a line for each that is missing, for each exception that is no longer needed, and for
each "covers" that names nothing.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# unit -> why it has no test of its own.
NO_TEST = {
    "base/asio": "compiles Asio's own sources; nothing of ours to test",
}
# Units that read foreign bytes and are not named net/*_wire.
PARSERS = ["net/ber", "net/frame", "net/frames", "net/html", "net/http_location", "net/sniff", "net/x509",
           "identify/dissect"]
# parser -> why it has no fuzz target of its own.
NO_FUZZ: dict[str, str] = {}


COVERS = re.compile(r"^// covers: (.+)$", re.MULTILINE)


def covered():
    """unit -> the test that says it covers it."""
    return {unit: test for test in sorted(ROOT.glob("tests/unit/*/*_test.cpp"))
            for line in COVERS.findall(test.read_text(encoding="utf-8")) for unit in line.split()}


def missing_tests():
    by_others = covered()
    units, untested = set(), set()
    for source in sorted(ROOT.glob("src/*/*.cpp")):
        unit = f"{source.parent.name}/{source.stem}"
        units.add(unit)
        twin = ROOT / "tests/unit" / f"{unit}_test.cpp"
        if twin.exists() or unit in by_others:
            continue
        untested.add(unit)
        if unit not in NO_TEST:
            yield (f"src/{unit}.cpp: no {twin.relative_to(ROOT)}; write it, name the unit in the "
                   "\"// covers:\" line of the test that has it, or the reason in NO_TEST")
    for unit in sorted(NO_TEST.keys() - untested):
        yield f"scripts/check_twins.py: NO_TEST names {unit}, which needs no exception; remove it"
    for unit in sorted(by_others.keys() - units):
        yield f"{by_others[unit].relative_to(ROOT)}: covers {unit}, but there is no src/{unit}.cpp"


def missing_targets():
    seen = set()
    sources = sorted(ROOT.glob("src/net/*_wire.cpp")) + [
        ROOT / f"src/{unit}.cpp" for unit in PARSERS]
    for source in sources:
        name = source.stem
        target = ROOT / f"tests/fuzz/{name}_fuzz.cpp"
        seeds = list((ROOT / "tests/fuzz/corpus" / name).glob("*"))
        if target.exists() and seeds:
            continue
        seen.add(name)
        if name not in NO_FUZZ:
            lacks = "seeds in tests/fuzz/corpus/" + name if target.exists() else target.relative_to(ROOT)
            yield f"{source.relative_to(ROOT)}: no {lacks}; write it, or name the reason in NO_FUZZ"
    for name in NO_FUZZ.keys() - seen:
        yield f"scripts/check_twins.py: NO_FUZZ names {name}, which needs no exception; remove it"


def main():
    breaches = list(missing_tests()) + list(missing_targets())
    for breach in breaches:
        print(breach, file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
