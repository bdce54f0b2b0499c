-- 0005_run_state.sql: where a run stands, so that one that died goes on; what was sent to whom; and what
-- a run says of each prefix.
-- Old rows: none gets one. A run that was interrupted before this cannot be resumed, only finished.
-- Read by: registry/run_state (runs resume), registry/send_ledger (runs touched, register verify),
-- registry/query (runs show).

-- One row while a run may still go on; gone when it is applied. `position` of `pass`: all before it has
-- been asked in this pass. order_key makes the order of targets (src/targets/permutation.cpp).
CREATE TABLE run_checkpoint (
  run_id    INTEGER PRIMARY KEY REFERENCES run (id),
  order_key BLOB    NOT NULL CHECK (length(order_key) = 16),
  positions INTEGER NOT NULL,
  pass      INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  pps       INTEGER NOT NULL,
  at        INTEGER NOT NULL
) STRICT;

-- Two bits a position (src/probe/sweep_state.h), 16 384 positions a page; no row = all untried.
CREATE TABLE run_mark_page (
  run_id INTEGER NOT NULL REFERENCES run_checkpoint (run_id),
  page   INTEGER NOT NULL,
  marks  BLOB    NOT NULL CHECK (length(marks) = 4096),
  PRIMARY KEY (run_id, page)
) STRICT;

CREATE TABLE run_host_mark (
  run_id       INTEGER NOT NULL REFERENCES run_checkpoint (run_id),
  ip           BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  answered     INTEGER NOT NULL CHECK (answered IN (0, 1)),
  unreachable  INTEGER NOT NULL CHECK (unreachable IN (0, 1)),
  heard_on_try INTEGER NOT NULL,
  PRIMARY KEY (run_id, ip)
) STRICT, WITHOUT ROWID;

-- One row per block (/24 or /64) of the scope. Estimates are -1 where nothing can be told.
CREATE TABLE run_report (
  run_id          INTEGER NOT NULL REFERENCES run (id),
  block           BLOB    NOT NULL CHECK (length(block) IN (5, 17)),
  zone_id         INTEGER NOT NULL REFERENCES zone (id),
  addresses       INTEGER NOT NULL,
  planned         INTEGER NOT NULL,
  asked           INTEGER NOT NULL,
  answered        INTEGER NOT NULL,
  answered_late   INTEGER NOT NULL,
  found_first     INTEGER NOT NULL,
  found_second    INTEGER NOT NULL,
  found_both      INTEGER NOT NULL,
  missed_estimate REAL    NOT NULL,
  loss_estimate   REAL    NOT NULL,
  deferred        INTEGER NOT NULL,
  not_probed      INTEGER NOT NULL,
  note            TEXT    NOT NULL,
  PRIMARY KEY (run_id, block, zone_id)
) STRICT, WITHOUT ROWID;

-- What left for which block, one row about a second of sending, in the order of writing. kind `gap`: what
-- was sent between since and until is not known, because the program died; packets is then the most it
-- can have been (-1 = no cap was set). `blocks` is packed and hash chained (src/registry/send_ledger.cpp).
CREATE TABLE probe_ledger (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id  INTEGER NOT NULL REFERENCES run (id),
  kind    TEXT    NOT NULL CHECK (kind IN ('sent', 'gap')),
  since   INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  packets INTEGER NOT NULL,
  blocks  BLOB    NOT NULL,
  hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX probe_ledger_by_time ON probe_ledger (until, since);
CREATE TRIGGER probe_ledger_is_never_changed BEFORE UPDATE ON probe_ledger
BEGIN SELECT RAISE(ABORT, 'the probe ledger is append-only'); END;
CREATE TRIGGER probe_ledger_is_never_shortened BEFORE DELETE ON probe_ledger
BEGIN SELECT RAISE(ABORT, 'the probe ledger is append-only'); END;
