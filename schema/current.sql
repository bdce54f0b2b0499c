CREATE TABLE addr_binding (
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  ip       BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  since    INTEGER NOT NULL,
  until    INTEGER NOT NULL CHECK (until = 0 OR until >= since),  -- 0 = holds now
  PRIMARY KEY (asset_id, zone_id, ip, since)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX addr_binding_now ON addr_binding (zone_id, ip) WHERE until = 0;
CREATE INDEX addr_binding_of_address ON addr_binding (zone_id, ip);
CREATE TABLE address (
  zone_id        INTEGER NOT NULL REFERENCES zone (id),
  ip             BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  first_answered INTEGER NOT NULL,
  last_answered  INTEGER NOT NULL,
  PRIMARY KEY (zone_id, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE asset (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  ulid          TEXT    NOT NULL UNIQUE CHECK (length(ulid) = 26),
  presence      TEXT    NOT NULL CHECK (presence IN ('在线', '疑似离线', '失联', '未覆盖')),
  misses        INTEGER NOT NULL CHECK (misses >= 0),
  first_missed  INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  last_covered  INTEGER NOT NULL,
  identity_rule INTEGER NOT NULL,
  name          TEXT    NOT NULL DEFAULT '',  -- of the facts, as the next seven
  host          TEXT    NOT NULL DEFAULT '',
  os            TEXT    NOT NULL DEFAULT '',
  device_class  TEXT    NOT NULL DEFAULT '',
  unit          TEXT    NOT NULL DEFAULT '',
  system        TEXT    NOT NULL DEFAULT '',
  registration  TEXT    NOT NULL DEFAULT '',
  lifecycle     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER asset_is_never_deleted BEFORE DELETE ON asset
BEGIN SELECT RAISE(ABORT, 'assets are never deleted, deletion is a state'); END;
CREATE TABLE asset_apart (
  low_id  INTEGER NOT NULL REFERENCES asset (id),
  high_id INTEGER NOT NULL REFERENCES asset (id),
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  reason  TEXT    NOT NULL CHECK (reason <> ''),
  PRIMARY KEY (low_id, high_id),
  CHECK (low_id < high_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE asset_claims (
  id       INTEGER PRIMARY KEY,
  asset_id INTEGER GENERATED ALWAYS AS (id >> 20) VIRTUAL,
  source   INTEGER GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
  content  BLOB    NOT NULL
) STRICT;
CREATE TABLE asset_facts (
  asset_id INTEGER PRIMARY KEY REFERENCES asset (id),
  content  BLOB    NOT NULL
) STRICT;
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
CREATE TABLE blob (
  id      INTEGER PRIMARY KEY,
  sha256  BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  content BLOB    NOT NULL
) STRICT;
CREATE TABLE certificate (
  sha256              TEXT    PRIMARY KEY CHECK (length(sha256) = 64),
  subject             TEXT    NOT NULL,
  issuer              TEXT    NOT NULL,
  san                 TEXT    NOT NULL CHECK (json_valid(san)),
  key_algorithm       TEXT    NOT NULL,
  key_bits            INTEGER NOT NULL,
  signature_algorithm TEXT    NOT NULL,
  serial              TEXT    NOT NULL,
  spki_sha256         TEXT    NOT NULL,
  not_before          INTEGER NOT NULL,
  not_after           INTEGER NOT NULL,
  self_signed         INTEGER NOT NULL CHECK (self_signed IN (0, 1)),
  der                 BLOB    NOT NULL
) STRICT;
CREATE TABLE certificate_use (
  service_id INTEGER NOT NULL REFERENCES service (id),
  sha256     TEXT    NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (service_id, sha256)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX change_event_of_asset ON change_event (asset_id);
CREATE INDEX change_event_of_run ON change_event (run_id);
CREATE TABLE coverage (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  ports  TEXT    NOT NULL
) STRICT;
CREATE TABLE coverage_block (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  first    BLOB    NOT NULL CHECK (length(first) IN (5, 17)),
  outcomes TEXT    NOT NULL,
  PRIMARY KEY (run_id, zone_id, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE guard_probe (
  run_id    INTEGER NOT NULL REFERENCES run (id),
  zone_id   INTEGER NOT NULL REFERENCES zone (id),
  ip        BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  position  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  transport TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port      INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  what      TEXT    NOT NULL,
  PRIMARY KEY (run_id, zone_id, ip, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE guard_trip (
  run_id       INTEGER NOT NULL REFERENCES run (id),
  zone_id      INTEGER NOT NULL REFERENCES zone (id),
  ip           BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  at           INTEGER NOT NULL,
  last_heard   INTEGER NOT NULL,
  first_silent INTEGER NOT NULL,
  sentinel     INTEGER NOT NULL CHECK (sentinel BETWEEN 1 AND 65535),  -- TCP
  stopped      TEXT    NOT NULL CHECK (stopped IN ('host', 'block', 'run')),
  path         INTEGER NOT NULL CHECK (path IN (0, 1)),
  PRIMARY KEY (run_id, zone_id, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE host_seen (
  run_id   INTEGER NOT NULL REFERENCES run (id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  ip       BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (run_id, zone_id, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE identifier (
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  type     TEXT    NOT NULL CHECK (type IN ('ssh_host_key', 'tls_spki', 'snmp_engine_id', 'mac', 'serial',
                                            'host_name', 'smb_guid')),
  value    TEXT    NOT NULL,
  PRIMARY KEY (asset_id, type, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_by_value ON identifier (type, value);
CREATE TABLE middlebox (
  run_id    INTEGER NOT NULL REFERENCES run (id),
  zone_id   INTEGER NOT NULL REFERENCES zone (id),
  first     BLOB    NOT NULL CHECK (length(first) IN (5, 17)),
  bits      INTEGER NOT NULL CHECK (bits BETWEEN 0 AND 128),
  ports     TEXT    NOT NULL CHECK (ports <> ''),
  asked     INTEGER NOT NULL,
  answering INTEGER NOT NULL,
  dark      INTEGER NOT NULL CHECK (dark IN (0, 1)),
  PRIMARY KEY (run_id, zone_id, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE observation (
  zone_id    INTEGER NOT NULL REFERENCES zone (id),
  ip         BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport  TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port       INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  run_id     INTEGER NOT NULL REFERENCES run (id),
  vhost      TEXT    NOT NULL,
  exchange   INTEGER NOT NULL,
  probe      TEXT    NOT NULL,
  channel    TEXT    NOT NULL,
  sha256     BLOB    NOT NULL REFERENCES blob (sha256),
  position   INTEGER NOT NULL,
  inside_tls INTEGER NOT NULL CHECK (inside_tls IN (0, 1)),
  truncated  INTEGER NOT NULL CHECK (truncated IN (0, 1)),
  at         INTEGER NOT NULL,
  PRIMARY KEY (zone_id, ip, transport, port, run_id, vhost, exchange, probe, channel, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX observation_of_run ON observation (run_id);
CREATE TABLE port_result (
  run_id    INTEGER NOT NULL REFERENCES run (id),
  zone_id   INTEGER NOT NULL REFERENCES zone (id),
  ip        BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port      INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  verdict   TEXT    NOT NULL CHECK (verdict = 'open-verified' OR verdict = 'open' OR
                                    verdict = 'open-acked' OR verdict = 'open-synack' OR
                                    verdict = 'suspect-proxy' OR verdict = 'tarpit' OR
                                    verdict = 'closed'),  -- not IN: see service
  rtt_ms    REAL    NOT NULL,
  tries     INTEGER NOT NULL,
  at        INTEGER NOT NULL, look TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run_id, zone_id, ip, transport, port)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE product (
  id         INTEGER PRIMARY KEY,
  statement  TEXT    NOT NULL UNIQUE CHECK (json_valid(statement)),
  vendor     TEXT    NOT NULL,
  vendor_zh  TEXT    NOT NULL,
  product    TEXT    NOT NULL,
  product_zh TEXT    NOT NULL,
  version    TEXT    NOT NULL,
  cpe        TEXT    NOT NULL
) STRICT;
CREATE TABLE reverse_name (
  run_id   INTEGER NOT NULL REFERENCES run (id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  ip       BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  name     TEXT    NOT NULL,
  resolver BLOB    NOT NULL CHECK (length(resolver) IN (5, 17)),
  at       INTEGER NOT NULL,
  PRIMARY KEY (zone_id, ip, run_id)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE run_checkpoint (
  run_id    INTEGER PRIMARY KEY REFERENCES run (id),
  order_key BLOB    NOT NULL CHECK (length(order_key) = 16),
  positions INTEGER NOT NULL,
  pass      INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  pps       INTEGER NOT NULL,
  at        INTEGER NOT NULL
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
, names_left_out INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE run_exclusion (
  run_id   INTEGER NOT NULL REFERENCES coverage (run_id),
  position INTEGER NOT NULL,
  what     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  owner    TEXT    NOT NULL,
  until    TEXT    NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_host_mark (
  run_id       INTEGER NOT NULL REFERENCES run_checkpoint (run_id),
  ip           BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  answered     INTEGER NOT NULL CHECK (answered IN (0, 1)),
  unreachable  INTEGER NOT NULL CHECK (unreachable IN (0, 1)),
  heard_on_try INTEGER NOT NULL,
  PRIMARY KEY (run_id, ip)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_mark_page (
  run_id INTEGER NOT NULL REFERENCES run_checkpoint (run_id),
  page   INTEGER NOT NULL,
  marks  BLOB    NOT NULL CHECK (length(marks) = 4096),
  PRIMARY KEY (run_id, page)
) STRICT;
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
CREATE TABLE schema_migration (
  id     INTEGER PRIMARY KEY,
  sha256 TEXT    NOT NULL CHECK (length(sha256) = 64),
  at     INTEGER NOT NULL
) STRICT;
CREATE TABLE sealed_row (
  id      INTEGER PRIMARY KEY,
  sha256  BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  content TEXT    NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE TRIGGER sealed_row_is_never_changed BEFORE UPDATE ON sealed_row
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TABLE seen_certificate (
  run_id    INTEGER NOT NULL REFERENCES run (id),
  zone_id   INTEGER NOT NULL REFERENCES zone (id),
  ip        BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port      INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost     TEXT    NOT NULL,
  position  INTEGER NOT NULL,
  sha256    TEXT    NOT NULL REFERENCES certificate (sha256),
  PRIMARY KEY (run_id, zone_id, ip, transport, port, vhost, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen_finding (
  id             INTEGER PRIMARY KEY,
  run_id         INTEGER NOT NULL REFERENCES run (id),
  zone_id        INTEGER NOT NULL REFERENCES zone (id),
  ip             BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport      TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port           INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost          TEXT    NOT NULL,
  service_claims BLOB    NOT NULL,
  host_claims    BLOB    NOT NULL,
  UNIQUE (run_id, zone_id, ip, transport, port, vhost)
) STRICT;
CREATE TABLE seen_identifier (
  run_id    INTEGER NOT NULL REFERENCES run (id),
  zone_id   INTEGER NOT NULL REFERENCES zone (id),
  ip        BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port      INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost     TEXT    NOT NULL,
  type      TEXT    NOT NULL CHECK (type IN ('ssh_host_key', 'tls_spki', 'snmp_engine_id', 'mac', 'serial',
                                             'host_name', 'smb_guid')),
  value     TEXT    NOT NULL,
  PRIMARY KEY (run_id, zone_id, ip, transport, port, vhost, type, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE service (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  asset_id     INTEGER NOT NULL REFERENCES asset (id),
  zone_id      INTEGER NOT NULL REFERENCES zone (id),
  ip           BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport    TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port         INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost        TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state = 'open' OR state = 'closed' OR state = 'unseen'),
  verdict      TEXT    NOT NULL CHECK (verdict = 'open-verified' OR verdict = 'open' OR
                                       verdict = 'open-acked' OR verdict = 'open-synack' OR
                                       verdict = 'suspect-proxy' OR verdict = 'tarpit' OR
                                       verdict = 'closed' OR verdict = 'filtered' OR
                                       verdict = 'open|filtered'),
  misses       INTEGER NOT NULL CHECK (misses >= 0),
  first_missed INTEGER NOT NULL,
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  protocol     TEXT    NOT NULL DEFAULT '',  -- of the facts, as the next seven
  tls          TEXT    NOT NULL DEFAULT '',
  product_id   INTEGER REFERENCES product (id),
  confidence   INTEGER NOT NULL DEFAULT 0,
  rule         TEXT    NOT NULL DEFAULT '',
  also         TEXT    NOT NULL DEFAULT '',
  title        TEXT    NOT NULL DEFAULT '',
  certificate  TEXT    NOT NULL DEFAULT '',
  UNIQUE (zone_id, ip, transport, port, vhost)
) STRICT;
CREATE INDEX service_by_certificate ON service (certificate) WHERE certificate <> '';
CREATE INDEX service_by_port ON service (port);
CREATE INDEX service_by_product ON service (product_id);
CREATE INDEX service_by_protocol ON service (protocol);
CREATE INDEX service_of_asset ON service (asset_id);
CREATE TABLE service_claims (
  id         INTEGER PRIMARY KEY,
  service_id INTEGER GENERATED ALWAYS AS (id >> 20) VIRTUAL,
  source     INTEGER GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
  content    BLOB    NOT NULL
) STRICT;
CREATE TABLE service_facts (
  service_id INTEGER PRIMARY KEY REFERENCES service (id),
  content    BLOB    NOT NULL
) STRICT;
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
CREATE TRIGGER snapshot_is_never_changed BEFORE UPDATE ON snapshot
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
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
  anomaly        TEXT    NOT NULL, reverse_name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (snapshot_id, zone, ip)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER snapshot_address_is_never_changed BEFORE UPDATE ON snapshot_address
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TABLE snapshot_asset (
  snapshot_id   INTEGER NOT NULL REFERENCES snapshot (id),
  asset_id      INTEGER NOT NULL REFERENCES asset (id),
  sealed_row_id INTEGER NOT NULL REFERENCES sealed_row (id),
  PRIMARY KEY (snapshot_id, asset_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER snapshot_asset_is_never_changed BEFORE UPDATE ON snapshot_asset
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
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
CREATE TRIGGER snapshot_certificate_is_never_changed BEFORE UPDATE ON snapshot_certificate
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TABLE snapshot_run (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot (id),
  run_id      INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (snapshot_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER snapshot_run_is_never_changed BEFORE UPDATE ON snapshot_run
BEGIN SELECT RAISE(ABORT, 'a sealed snapshot is never changed'); END;
CREATE TABLE source (
  id   INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 1048575),
  name TEXT    NOT NULL UNIQUE
) STRICT;
CREATE TABLE word (
  id   INTEGER PRIMARY KEY,
  text TEXT    NOT NULL UNIQUE CHECK (text <> '')
) STRICT;
CREATE TABLE zone (
  id   INTEGER PRIMARY KEY,
  name TEXT    NOT NULL UNIQUE
) STRICT;
