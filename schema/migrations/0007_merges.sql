-- 0007_merges.sql: two records that a person says are one machine, and two that never are.
-- Old rows: none become merged. Read by: registry/merges (assets merge, unmerge), every list of assets.
--
-- Nothing of either record moves: a merge is this row and nothing else, so that dropping it gives both
-- back as they would be without it. into_id is what the person named, root_id the record that answers
-- in the end; they differ where the survivor was itself merged later.
CREATE TABLE asset_merge (
  asset_id INTEGER PRIMARY KEY REFERENCES asset (id),
  into_id  INTEGER NOT NULL REFERENCES asset (id),
  root_id  INTEGER NOT NULL REFERENCES asset (id),
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL,
  reason   TEXT    NOT NULL CHECK (reason <> ''),
  CHECK (asset_id <> into_id AND asset_id <> root_id)
) STRICT;
CREATE INDEX asset_merge_by_root ON asset_merge (root_id);

-- Said by whoever took a merge back: no rule of identity brings these two together again.
CREATE TABLE asset_apart (
  low_id  INTEGER NOT NULL REFERENCES asset (id),
  high_id INTEGER NOT NULL REFERENCES asset (id),
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  reason  TEXT    NOT NULL CHECK (reason <> ''),
  PRIMARY KEY (low_id, high_id),
  CHECK (low_id < high_id)
) STRICT, WITHOUT ROWID;
