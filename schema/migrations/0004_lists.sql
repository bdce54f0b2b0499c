-- 0004_lists.sql: what changed, and the lists as they were sealed.
-- Old rows: none. Read by: registry/query (changes list), registry/seal (list seal, diff, export).

-- seq is never given twice, so a reader that asks "after seq N" misses nothing.
CREATE TABLE change_event (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  run_id    INTEGER REFERENCES run (id),
  type      TEXT    NOT NULL CHECK (type IN (
    '新增资产', '疑似离线', '失联', '恢复', '地址变更', 'IP复用', '新增端口', '关闭端口', '组件变化', '证书更换',
    '证书临期', '归属变更', '重要性变化', '重点入库', '重点出库', '覆盖缺口', '网段级异常', '修正需复核',
    '疑似重复', '上线不符', '属性变化')),
  object    TEXT    NOT NULL CHECK (object IN ('asset', 'service', 'certificate', 'run', 'prefix')),
  asset_id  INTEGER REFERENCES asset (id),
  zone      TEXT    NOT NULL,
  ip        BLOB    CHECK (length(ip) IN (5, 17)),
  transport TEXT    CHECK (transport IN ('tcp', 'udp')),
  port      INTEGER CHECK (port BETWEEN 0 AND 65535),
  field     TEXT    NOT NULL,
  before    TEXT    NOT NULL,
  after     TEXT    NOT NULL,
  cause     TEXT    NOT NULL CHECK (cause IN ('实测', '导入', '人工', '指纹库更新', '策略更新', '合并拆分')),
  evidence  TEXT    NOT NULL
) STRICT;
CREATE INDEX change_event_of_run ON change_event (run_id);
CREATE INDEX change_event_of_asset ON change_event (asset_id);

-- A sealed row is the canonical JSON of one asset; unchanged assets are shared between snapshots.
CREATE TABLE sealed_row (
  id      INTEGER PRIMARY KEY,
  sha256  BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  content TEXT    NOT NULL CHECK (json_valid(content))
) STRICT;

-- sha256 covers everything below it but the period, so equal content is the same snapshot. Changes of
-- the period are those with first_seq < seq <= last_seq.
CREATE TABLE snapshot (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT    NOT NULL UNIQUE,
  sealed      INTEGER NOT NULL,
  run_id      INTEGER REFERENCES run (id),  -- the newest; NULL = sealed before any
  cutoff      INTEGER NOT NULL,
  period_from INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  assets      INTEGER NOT NULL,
  services    INTEGER NOT NULL,
  sha256      TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64)
) STRICT;
CREATE TABLE snapshot_run (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id),
  run_id      INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (snapshot_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_asset (
  snapshot_id   INTEGER NOT NULL REFERENCES snapshot (id),
  asset_id      INTEGER NOT NULL REFERENCES asset (id),
  sealed_row_id INTEGER NOT NULL REFERENCES sealed_row (id),
  PRIMARY KEY (snapshot_id, asset_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_address (
  snapshot_id    INTEGER NOT NULL REFERENCES snapshot (id),
  zone           TEXT    NOT NULL,
  ip             BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  asset_id       INTEGER REFERENCES asset (id),
  unit           TEXT    NOT NULL,
  outcome        TEXT    CHECK (outcome IN ('应答', '静默', '跳过', '不可达', '出错')),
  first_answered INTEGER NOT NULL,
  last_answered  INTEGER NOT NULL,
  bindings       INTEGER NOT NULL,
  anomaly        TEXT    NOT NULL,
  PRIMARY KEY (snapshot_id, zone, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_certificate (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id),
  sha256      TEXT    NOT NULL REFERENCES certificate (sha256),
  zone        TEXT    NOT NULL,
  ip          BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport   TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port        INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost       TEXT    NOT NULL,
  asset_id    INTEGER NOT NULL REFERENCES asset (id),
  unit        TEXT    NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  PRIMARY KEY (snapshot_id, sha256, zone, ip, transport, port, vhost)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER snapshot_is_never_changed BEFORE UPDATE ON snapshot
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TRIGGER snapshot_run_is_never_changed BEFORE UPDATE ON snapshot_run
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TRIGGER snapshot_asset_is_never_changed BEFORE UPDATE ON snapshot_asset
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TRIGGER snapshot_address_is_never_changed BEFORE UPDATE ON snapshot_address
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TRIGGER snapshot_certificate_is_never_changed BEFORE UPDATE ON snapshot_certificate
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TRIGGER sealed_row_is_never_changed BEFORE UPDATE ON sealed_row
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
