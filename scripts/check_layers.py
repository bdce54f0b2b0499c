#!/usr/bin/env python3
"""Holds every #include against scripts/layers.toml.

    check_layers.py                 exit 1 with file:line for each breach; the include graph must equal
                                    tests/golden/include_graph.txt
    check_layers.py --update        writes that golden file
    check_layers.py --cmake FILE    writes the layers as CMake variables
"""
import argparse
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
GRAPH = ROOT / "tests/golden/include_graph.txt"
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
ASIO_HEADERS = {"task.h"}


def sources(layer):
    for base in (ROOT / "src" / layer, ROOT / "include/qingdan" / layer):
        yield from sorted(p for p in base.rglob("*") if p.suffix in (".h", ".cpp"))


def own_include(layer, header, rules):
    """Says what is wrong with layer including qingdan/<header>, or None."""
    target, _, name = header.partition("/")
    rule = rules[layer]
    if target == layer:
        return None
    if target not in rule["may"]:
        return f"{layer} may not include {target}"
    only = rule.get("only", {}).get(target)
    if only is not None and name not in only:
        return f"{layer} may include of {target} only {', '.join(only)}"
    if target == "base" and name in ASIO_HEADERS and not rule.get("asio"):
        return f"{layer} may not use Asio ({header})"
    return None


def third_party(path, header, fences):
    place = path.relative_to(ROOT / "src") if (ROOT / "src") in path.parents else \
        path.relative_to(ROOT / "include/qingdan")
    stem = str(place.with_suffix(""))
    for prefix, allowed in fences.items():
        if header == prefix or header.startswith(prefix):
            if not any(stem == a or (a.endswith("/") and stem.startswith(a)) for a in allowed):
                return f"<{header}> may appear only in {', '.join(allowed)}"
    return None


def check(rules, fences):
    breaches, edges = [], set()
    for layer in rules:
        for path in sources(layer):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                header = found[1]
                if header.startswith("qingdan/"):
                    header = header.removeprefix("qingdan/")
                    wrong = own_include(layer, header, rules)
                    edges.add((layer, header.partition("/")[0]))
                else:
                    wrong = third_party(path, header, fences)
                if wrong:
                    breaches.append(f"{path.relative_to(ROOT)}:{number}: {wrong}")
    graph = "".join(f"{a} -> {b}\n" for a, b in sorted(edges) if a != b)
    return breaches, graph


def write_cmake(rules, target):
    lines = [f"set(QINGDAN_LAYERS {' '.join(rules)})"]
    lines += [f"set(QINGDAN_LINKS_{layer} {' '.join(rule['may'])})" for layer, rule in rules.items()]
    text = "\n".join(lines) + "\n"
    target = pathlib.Path(target)
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cmake", metavar="FILE")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    table = tomllib.loads((ROOT / "scripts/layers.toml").read_text(encoding="utf-8"))
    if arguments.cmake:
        write_cmake(table["layer"], arguments.cmake)
        return 0
    breaches, graph = check(table["layer"], table["fence"])
    if arguments.update:
        GRAPH.write_text(graph, encoding="utf-8")
    for breach in breaches:
        print(breach, file=sys.stderr)
    if breaches:
        return 1
    if GRAPH.exists() and GRAPH.read_text(encoding="utf-8") != graph:
        print(f"{GRAPH.relative_to(ROOT)}: the include graph changed; look at it, then run "
              "scripts/check_layers.py --update", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
