-- 0003_assets.sql: what is held to be there. Only apply() and people write here, a run at a time.
-- Claims are per source, so that none can overwrite another's; facts are resolve(claims) and can be
-- dropped and rebuilt. Columns marked "of the facts" are copies that lists filter and sort by.
-- Old rows: none. Read by: registry/query, registry/seal, resolve through load_world.

-- 资产编号 is ZC- and the id; AUTOINCREMENT gives no id twice, even after a delete.
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

-- When an address gave its first and last answer, whoever held it.
CREATE TABLE address (
  zone_id        INTEGER NOT NULL REFERENCES zone (id),
  ip             BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  first_answered INTEGER NOT NULL,
  last_answered  INTEGER NOT NULL,
  PRIMARY KEY (zone_id, ip)
) STRICT, WITHOUT ROWID;

-- Who held an address from when until when; never overwritten, only closed. One holder at a time.
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

CREATE TABLE identifier (
  asset_id INTEGER NOT NULL REFERENCES asset (id),
  type     TEXT    NOT NULL CHECK (type IN ('ssh_host_key', 'tls_spki', 'snmp_engine_id', 'mac', 'serial',
                                            'host_name', 'smb_guid')),
  value    TEXT    NOT NULL,
  PRIMARY KEY (asset_id, type, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_by_value ON identifier (type, value);

-- The distinct product statements of the facts: a few thousand for a million services, so that a
-- search by name reads this table and then an index.
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

CREATE TABLE service (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  asset_id     INTEGER NOT NULL REFERENCES asset (id),
  zone_id      INTEGER NOT NULL REFERENCES zone (id),
  ip           BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  transport    TEXT    NOT NULL CHECK (transport IN ('tcp', 'udp')),
  port         INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  vhost        TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('open', 'closed', 'unseen')),
  verdict      TEXT    NOT NULL CHECK (verdict IN ('open', 'open-verified', 'open-acked', 'open-synack',
                                                   'suspect-proxy', 'tarpit', 'closed', 'filtered',
                                                   'open|filtered')),
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
CREATE INDEX service_of_asset ON service (asset_id);
CREATE INDEX service_by_port ON service (port);
CREATE INDEX service_by_protocol ON service (protocol);
CREATE INDEX service_by_product ON service (product_id);
CREATE INDEX service_by_certificate ON service (certificate) WHERE certificate <> '';

-- run_id is NULL for what people and imports say. Only people fill actor, reason and basis_value.
CREATE TABLE asset_claim (
  asset_id     INTEGER NOT NULL REFERENCES asset (id),
  field        TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  value        TEXT    NOT NULL CHECK (json_valid(value)),
  confidence   INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
  rule         TEXT    NOT NULL,
  rule_release TEXT    NOT NULL,
  evidence     TEXT    NOT NULL,
  run_id       INTEGER REFERENCES run (id),
  asserted_at  INTEGER NOT NULL,
  valid_until  INTEGER NOT NULL,
  actor        TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  basis_value  TEXT    NOT NULL,
  unconfirmed  INTEGER NOT NULL DEFAULT 0 CHECK (unconfirmed >= 0),
  PRIMARY KEY (asset_id, field, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE service_claim (
  service_id   INTEGER NOT NULL REFERENCES service (id),
  field        TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  value        TEXT    NOT NULL CHECK (json_valid(value)),
  confidence   INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
  rule         TEXT    NOT NULL,
  rule_release TEXT    NOT NULL,
  evidence     TEXT    NOT NULL,
  run_id       INTEGER REFERENCES run (id),
  asserted_at  INTEGER NOT NULL,
  valid_until  INTEGER NOT NULL,
  actor        TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  basis_value  TEXT    NOT NULL,
  unconfirmed  INTEGER NOT NULL DEFAULT 0 CHECK (unconfirmed >= 0),
  PRIMARY KEY (service_id, field, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset_fact (
  asset_id     INTEGER NOT NULL REFERENCES asset (id),
  field        TEXT    NOT NULL,
  value        TEXT    NOT NULL CHECK (json_valid(value)),
  state        TEXT    NOT NULL CHECK (state IN ('auto', 'manual', 'conflict', 'review')),
  source       TEXT    NOT NULL,
  confidence   INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
  rule         TEXT    NOT NULL,
  rule_release TEXT    NOT NULL,
  evidence     TEXT    NOT NULL,
  run_id       INTEGER REFERENCES run (id),
  other        TEXT    NOT NULL,
  PRIMARY KEY (asset_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE service_fact (
  service_id   INTEGER NOT NULL REFERENCES service (id),
  field        TEXT    NOT NULL,
  value        TEXT    NOT NULL CHECK (json_valid(value)),
  state        TEXT    NOT NULL CHECK (state IN ('auto', 'manual', 'conflict', 'review')),
  source       TEXT    NOT NULL,
  confidence   INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
  rule         TEXT    NOT NULL,
  rule_release TEXT    NOT NULL,
  evidence     TEXT    NOT NULL,
  run_id       INTEGER REFERENCES run (id),
  other        TEXT    NOT NULL,
  PRIMARY KEY (service_id, field)
) STRICT, WITHOUT ROWID;

-- Which certificate which service showed, and when; the present one is service.certificate.
CREATE TABLE certificate_use (
  sha256     TEXT    NOT NULL,
  service_id INTEGER NOT NULL REFERENCES service (id),
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (sha256, service_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_use_of_service ON certificate_use (service_id);
