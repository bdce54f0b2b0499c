-- 0009_reverse_names.sql: what the owner's name server said of the addresses that answered in a run (反向DNS), and
-- names that a run left to later ones. name '': the server stated that there is none. No row: nothing was stated.
-- Old rows: none, '' and 0. Read by: registry/reverse_names, registry/seal (of each address the newest row of an
-- applied run), report (sheet 05).
CREATE TABLE reverse_name (
  run_id   INTEGER NOT NULL REFERENCES run (id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  ip       BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  name     TEXT    NOT NULL,
  resolver BLOB    NOT NULL CHECK (length(resolver) IN (5, 17)),
  at       INTEGER NOT NULL,
  PRIMARY KEY (zone_id, ip, run_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE snapshot_address ADD COLUMN reverse_name TEXT NOT NULL DEFAULT '';
ALTER TABLE run_count ADD COLUMN names_left_out INTEGER NOT NULL DEFAULT 0;
