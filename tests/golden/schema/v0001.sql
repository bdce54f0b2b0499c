PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1363427662;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE audit_log (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  detail  TEXT    NOT NULL CHECK (json_valid(detail)),
  hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE coverage (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  ports  TEXT    NOT NULL
) STRICT;
INSERT INTO "coverage" VALUES(1,'22,443');
CREATE TABLE coverage_block (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  first    BLOB    NOT NULL CHECK (length(first) IN (5, 17)),
  outcomes TEXT    NOT NULL,
  PRIMARY KEY (run_id, zone_id, first)
) STRICT, WITHOUT ROWID;
INSERT INTO "coverage_block" VALUES(1,1,X'04C0000200','1a255s');
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
INSERT INTO "run" VALUES(1,'census','finished',1780000000000,1780000600000,1780000601000,'v1','aa','〔2026〕1号','市局','connect','22,443','r1','0.1.0','');
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
INSERT INTO "run_count" VALUES(1,256,512,600,88,3,2,2,0);
CREATE TABLE run_exclusion (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  position INTEGER NOT NULL,
  what     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  owner    TEXT    NOT NULL,
  until    TEXT    NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_exclusion" VALUES(1,0,'192.0.2.128/25','医疗设备','市卫健委','2027-01-01');
CREATE TABLE schema_migration (
  id     INTEGER PRIMARY KEY,
  sha256 TEXT    NOT NULL CHECK (length(sha256) = 64),
  at     INTEGER NOT NULL
) STRICT;
INSERT INTO "schema_migration" VALUES(1,'a7821953062b08a1c86c230e77579d132f13ee24760d07644bec116ac494d635',0);
CREATE TABLE source (
  id   INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 1048575),
  name TEXT    NOT NULL UNIQUE
) STRICT;
INSERT INTO "source" VALUES(1,'probe:v1');
INSERT INTO "source" VALUES(2,'manual');
CREATE TABLE word (
  id   INTEGER PRIMARY KEY,
  text TEXT    NOT NULL UNIQUE CHECK (text <> '')
) STRICT;
INSERT INTO "word" VALUES(1,'probe:v1');
INSERT INTO "word" VALUES(2,'manual');
INSERT INTO "word" VALUES(3,'asset.name');
INSERT INTO "word" VALUES(4,'service.protocol');
INSERT INTO "word" VALUES(5,'"ssh"');
INSERT INTO "word" VALUES(6,'ssh.any');
INSERT INTO "word" VALUES(7,'r1');
CREATE TABLE zone (
  id   INTEGER PRIMARY KEY,
  name TEXT    NOT NULL UNIQUE
) STRICT;
INSERT INTO "zone" VALUES(1,'公用网络区');
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',1);
COMMIT;
