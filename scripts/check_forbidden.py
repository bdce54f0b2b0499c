#!/usr/bin/env python3
"""Finds in our sources what the house rules forbid and no compiler sees. One line with file:line each.

    time, chance, threads   no clock, sleep, random, resolver, thread or shell outside base, the probe's
                            seams (sockets, capture, sending_lane) and app: they come in as Clock& and Rng&
    open ends               no marker of unfinished work
    names                   no util, common, misc, helpers, manager, core
    size                    functions <= 60 lines, files <= 500
    log events              each that is written stands in schema/log_events.toml, and the other way round

It reads text, not C++: comments and literals are blanked first, and a function is a brace block that
no namespace, type, initialiser or statement opens.
"""
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_FUNCTION = 60
MAX_FILE = 500
# May read clocks, make threads and so on.
SEAMS = ("src/base/", "include/qingdan/base/", "src/probe/sockets.cpp", "src/probe/capture.cpp",
         "src/probe/sending_lane.h", "src/probe/sending_lane.cpp", "src/identify/build_fields.cpp",
         "src/app/")
SECRETS = [
    (r"\b(?:system|steady|high_resolution|utc)_clock::now\b", "reads a clock; take a Clock&"),
    (r"\bstd::(?:time|clock|localtime|gmtime)\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)"
     r"|\b(?:gettimeofday|clock_gettime)\s*\(", "reads a clock; take a Clock&"),
    (r"\bsleep_(?:for|until)\b|(?<![\w.>])(?:u|nano)?sleep\s*\(", "sleeps; await an alarm"),
    (r"\brandom_device\b|\bmt19937|(?<![\w.>])s?rand\s*\(|\bgetrandom\s*\(|\brandom_key\s*\(\)",
     "draws random numbers; take an Rng& or a key"),
    (r"\bgetaddrinfo\b|\bgethostby", "asks a resolver; addresses come from the scope"),
    (r"\bstd::j?thread\b|\bstd::async\b|\bpthread_create\b", "makes a thread; app does"),
    (r"(?<![\w.>])(?:std::)?system\s*\(|\bpopen\s*\(|\bexecv\w*\s*\(|(?<![\w.>])fork\s*\(",
     "starts a program"),
]
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
BAD_NAMES = {"util", "utils", "common", "misc", "helper", "helpers", "manager", "core"}
BAD_TYPE = re.compile(r"\b(?:class|struct)\s+\w*(?:Util|Utils|Helper|Helpers|Manager)\b")
EVENT = re.compile(r'\blog::write\(\s*[\w:]+,\s*"([^"]+)"')
LITERAL = re.compile(
    r'R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
# What opens a block that is no function body, by the words before its brace.
NO_FUNCTION = re.compile(
    r"(?:^|[;{}\s])(?:namespace|class|struct|union|enum|extern)\b[^;(){}]*$|[=,(\[{<]\s*$|\breturn\s*$|\bdo\s*$|\belse\s*$|\btry\s*$")


def blanked(text):
    """The same text, with comments and literals made of spaces; lines stay where they are."""
    return LITERAL.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def functions(code):
    """(first line, lines) of each outermost function body. Blocks inside one belong to it."""
    stack, since = [], 0  # since: where the words before the next brace begin
    inside = 0
    for at, char in enumerate(code):
        if char == "{":
            words = code[since:at]
            is_function = not inside and ")" in words and not NO_FUNCTION.search(words)
            stack.append((is_function, code.count("\n", 0, since + len(words) - len(words.lstrip())) + 1))
            inside += is_function
            since = at + 1
        elif char == "}" and stack:
            was_function, first = stack.pop()
            if was_function:
                inside -= 1
                yield first, code.count("\n", 0, at) + 2 - first
            since = at + 1
        elif char == ";":
            since = at + 1


def product_sources():
    for top in ("src", "include"):
        yield from sorted(p for p in (ROOT / top).rglob("*") if p.suffix in (".h", ".cpp"))


def all_sources():
    yield from product_sources()
    yield from sorted(p for p in (ROOT / "tests").rglob("*") if p.suffix in (".h", ".cpp", ".py"))
    yield from sorted(p for p in (ROOT / "scripts").rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def check_seams(path, code):
    if str(path.relative_to(ROOT)).startswith(SEAMS):
        return
    for pattern, why in SECRETS:
        for found in re.finditer(pattern, code):
            yield line_of(code, found.start()), f"{found[0].strip()} {why}"


def check_sizes(code, text):
    lines = text.count("\n")
    if lines > MAX_FILE:
        yield 1, f"{lines} lines; a file has at most {MAX_FILE}"
    for first, size in functions(code):
        if size > MAX_FUNCTION:
            yield first, f"a function of {size} lines; at most {MAX_FUNCTION}"


def check_names(path, text):
    for part in path.relative_to(ROOT).parts:
        if part.split(".")[0].lower() in BAD_NAMES:
            yield 1, f"\"{part}\" says nothing of what is in it"
    if path.suffix in (".h", ".cpp"):
        for found in BAD_TYPE.finditer(text):
            yield line_of(text, found.start()), f"\"{found[0]}\" says nothing of what it does"


def check_events(written):
    table = ROOT / "schema/log_events.toml"
    listed = tomllib.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    name = table.relative_to(ROOT)
    for event, place in sorted(written.items()):
        if event not in listed:
            yield f"{place}: log event \"{event}\" is not in {name}"
    for event, entry in listed.items():
        if event not in written:
            yield f"{name}: \"{event}\" is written nowhere; remove it"
        if not entry.get("operator", "").strip().endswith("."):
            yield f"{name}: \"{event}\" needs `operator`, a sentence that says what to do"


def breaches():
    written = {}
    for path in all_sources():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        found = list(check_names(path, text))
        found += [(line_of(text, mark.start()), f"{mark[0]}: finish it or leave it out")
                  for mark in UNFINISHED.finditer(text)]
        if path.suffix in (".h", ".cpp"):
            code = blanked(text)
            found += check_sizes(code, text)
            if name.parts[0] != "tests":
                found += check_seams(path, code)
                for event in EVENT.finditer(text):
                    written[event[1]] = f"{name}:{line_of(text, event.start())}"
        yield from (f"{name}:{line}: {what}" for line, what in found)
    yield from check_events(written)


def main():
    found = list(breaches())
    for breach in found:
        print(breach, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
