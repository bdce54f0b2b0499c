#!/usr/bin/env python3
"""Prints every cell of a workbook as one line: sheet TAB cell TAB type TAB value, escaped.

Reads the XML as it is, so that a formula, a link or a number cannot hide behind a friendly reader.
Type: s = text, n = number, f = formula. Then the parts of the archive as lines: part TAB name.
"""
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def decode(text):
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def main():
    book = zipfile.ZipFile(sys.argv[1])
    names = [s.get("name") for s in ET.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet")]
    for number, name in enumerate(names, 1):
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        for cell in root.iter(MAIN + "c"):
            if cell.find(MAIN + "f") is not None:
                kind, value = "f", cell.find(MAIN + "f").text
            elif cell.get("t") == "inlineStr":
                kind, value = "s", decode("".join(t.text or "" for t in cell.iter(MAIN + "t")))
            elif cell.find(MAIN + "v") is not None:
                kind, value = "n", cell.find(MAIN + "v").text
            else:
                continue
            print(name, cell.get("r"), kind, escape(value), sep="\t")
    for part in book.namelist():
        print("part", part, sep="\t")


main()
