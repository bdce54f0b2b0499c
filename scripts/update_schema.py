#!/usr/bin/env python3
"""Writes what follows from schema/migrations/*.sql, to be looked at and committed with them.

    schema/current.sql                     the schema they add up to
    tests/golden/schema/migrations.sha256  their digests; an old line must never change
    tests/golden/schema/vNNNN.sql          a small frozen database per version, made once (from the rows
                                           of tests/golden/schema/rows.sql) and never written again
"""
import hashlib
import pathlib
import sqlite3
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIGRATIONS = sorted((ROOT / "schema/migrations").glob("*.sql"))
GOLDEN = ROOT / "tests/golden/schema"
APPLICATION_ID = 0x5144414E
# The same order as registry::dump_schema.
DUMP = ("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "ORDER BY tbl_name, type <> 'table', name")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def migrated(count):
    database = sqlite3.connect(":memory:")
    for number, path in enumerate(MIGRATIONS[:count], 1):
        database.executescript(path.read_text(encoding="utf-8"))
        database.execute("INSERT INTO schema_migration VALUES (?, ?, 0)", (number, digest(path)))
    database.commit()
    return database


def frozen(count):
    """A dump of a register of version `count`, with the rows that its tables can hold."""
    database = migrated(count)
    for statement in (GOLDEN / "rows.sql").read_text(encoding="utf-8").split(";\n"):
        try:
            database.execute(statement)
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
    database.commit()
    head = f"PRAGMA foreign_keys = OFF;\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {count};\n"
    return head + "\n".join(database.iterdump()) + "\n"


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    names = GOLDEN / "migrations.sha256"
    known = names.read_text().splitlines() if names.exists() else []
    lines = [f"{digest(path)}  {path.name}" for path in MIGRATIONS]
    if lines[:len(known)] != known and "--unreleased" not in sys.argv:
        sys.exit("a migration that is out was edited: write a new one (--unreleased, if none has it yet)")
    names.write_text("\n".join(lines) + "\n")
    text = "".join(row[0] + ";\n" for row in migrated(len(MIGRATIONS)).execute(DUMP))
    (ROOT / "schema/current.sql").write_text(text, encoding="utf-8")
    for count in range(1, len(MIGRATIONS) + 1):
        path = GOLDEN / f"v{count:04}.sql"
        if not path.exists() or "--unreleased" in sys.argv:
            path.write_text(frozen(count), encoding="utf-8")


if __name__ == "__main__":
    main()
