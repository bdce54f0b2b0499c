#!/usr/bin/env python3
"""Turns text files into a C++ table, so that the program carries them and needs no data directory.

    embed.py OUT.cpp FUNCTION FILE…

OUT.cpp defines  std::span<const EmbeddedFile> FUNCTION()  in the order of the FILEs' names; FUNCTION
is qualified with its namespace and declared, with EmbeddedFile, in src/registry/embedded.h.
"""
import pathlib
import sys

# One literal may hold 64 KiB by the standard's minimum; longer texts become adjacent literals.
CHUNK = 8000


def literal(text):
    parts = [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)] or [""]
    return "\n".join(f'R"__embed__({part})__embed__"' for part in parts)


def main():
    out, function, *files = sys.argv[1:]
    namespace, _, name = function.rpartition("::")
    rows = []
    for path in sorted(map(pathlib.Path, files), key=lambda p: p.name):
        rows.append(f'{{"{path.name}",\n{literal(path.read_text(encoding="utf-8"))}}},')
    text = "\n".join([
        "// made by scripts/cmake/embed.py; do not edit",
        "#include <array>",
        "#include <span>",
        "#include <string_view>",
        '#include "registry/embedded.h"',
        f"namespace {namespace} {{",
        "namespace {",
        f"constexpr std::array<EmbeddedFile, {len(rows)}> kFiles{{{{",
        *rows,
        "}};",
        "}  // namespace",
        f"std::span<const EmbeddedFile> {name}() {{ return kFiles; }}",
        f"}}  // namespace {namespace}",
        ""])
    path = pathlib.Path(out)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
