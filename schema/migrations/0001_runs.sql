-- 0001_runs.sql: what was asked of whom. A register without this could not tell "gone" from "not asked".
-- Old rows: none, this is the first. Read by: registry/query (runs list, show), resolve through
-- load_seen (what may be compared), report (sheet 14 覆盖说明).

-- One row per migration that made this file; the digest is that of the migration's text.
CREATE TABLE schema_migration (
  id     INTEGER PRIMARY KEY,
  sha256 TEXT    NOT NULL CHECK (length(sha256) = 64),
  at     INTEGER NOT NULL
) STRICT;

-- 网络区域. Part of every address's key: two zones may use the same private range.
CREATE TABLE zone (
  id   INTEGER PRIMARY KEY,
  name TEXT    NOT NULL UNIQUE
) STRICT;

-- Texts that millions of rows share, in packed claims and facts (src/registry/packed.h): fields, rules,
-- releases, and values that come from rules. Words are never removed.
CREATE TABLE word (
  id   INTEGER PRIMARY KEY,
  text TEXT    NOT NULL UNIQUE CHECK (text <> '')
) STRICT;
-- Who claims: probe:<vantage>, manual, import:<batch>, scope. 20 bits of the key of claims.
CREATE TABLE source (
  id   INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 1048575),
  name TEXT    NOT NULL UNIQUE
) STRICT;

-- Times are milliseconds since 1970 UTC, 0 = never, in every table.
CREATE TABLE run (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  kind            TEXT    NOT NULL CHECK (kind IN ('census', 'rescan')),
  state           TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'finished', 'stopped', 'failed')),
  started         INTEGER NOT NULL,
  ended           INTEGER NOT NULL,
  applied         INTEGER NOT NULL DEFAULT 0,
  vantage         TEXT    NOT NULL,
  scope_hash      TEXT    NOT NULL,
  authorisation   TEXT    NOT NULL,
  issued_by       TEXT    NOT NULL,
  method          TEXT    NOT NULL,
  ports           TEXT    NOT NULL,
  rule_release    TEXT    NOT NULL,
  program_version TEXT    NOT NULL,
  failure         TEXT    NOT NULL
) STRICT;

CREATE TABLE run_count (
  run_id        INTEGER PRIMARY KEY REFERENCES run (id),
  addresses     INTEGER NOT NULL,
  planned       INTEGER NOT NULL,
  sent          INTEGER NOT NULL,
  retried       INTEGER NOT NULL,
  answered      INTEGER NOT NULL,
  open          INTEGER NOT NULL,
  conversations INTEGER NOT NULL,
  not_probed    INTEGER NOT NULL
) STRICT;

-- The ports every outcome of the run's coverage speaks of, in canonical text.
CREATE TABLE coverage (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  ports  TEXT    NOT NULL
) STRICT;

-- Outcomes of consecutive addresses, run-length coded: "12a244s" is 12 answered, then 244 silent.
-- a 应答, s 静默, k 跳过, u 不可达, e 出错. One row for a /16 instead of 65 536.
-- An address is a blob that sorts as addresses do: 04 and 4 bytes, or 06 and 16 bytes.
CREATE TABLE coverage_block (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  first    BLOB    NOT NULL CHECK (length(first) IN (5, 17)),
  outcomes TEXT    NOT NULL,
  PRIMARY KEY (run_id, zone_id, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_exclusion (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  position INTEGER NOT NULL,
  what     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  owner    TEXT    NOT NULL,
  until    TEXT    NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

-- Who changed or took out what. hash = SHA-256 over the previous hash and this row (audit.cpp has the
-- exact bytes), so a row altered, dropped or put in breaks every later one.
CREATE TABLE audit_log (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  detail  TEXT    NOT NULL CHECK (json_valid(detail)),
  hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
