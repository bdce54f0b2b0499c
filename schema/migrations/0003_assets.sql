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

-- SQLite builds an index of a list of three or more after IN, in every statement that must check it; so
-- here, where a census writes each row, the words are compared one by one, the likeliest first.
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
CREATE INDEX service_of_asset ON service (asset_id);
CREATE INDEX service_by_port ON service (port);
CREATE INDEX service_by_protocol ON service (protocol);
CREATE INDEX service_by_product ON service (product_id);
CREATE INDEX service_by_certificate ON service (certificate) WHERE certificate <> '';

-- All that one source claims of one thing, packed (src/registry/packed.h); two sources never share a
-- row. The key is the asset or service in the high bits and the source in the low 20: what is claimed
-- of one thing lies together, in the order in which a census writes it.
CREATE TABLE asset_claims (
  id       INTEGER PRIMARY KEY,
  asset_id INTEGER GENERATED ALWAYS AS (id >> 20) VIRTUAL,
  source   INTEGER GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
  content  BLOB    NOT NULL
) STRICT;
CREATE TABLE service_claims (
  id         INTEGER PRIMARY KEY,
  service_id INTEGER GENERATED ALWAYS AS (id >> 20) VIRTUAL,
  source     INTEGER GENERATED ALWAYS AS (id & 1048575) VIRTUAL,
  content    BLOB    NOT NULL
) STRICT;

-- Facts say whose claim holds; where that is a probe's, they are not written again when it is
-- confirmed.
CREATE TABLE asset_facts (
  asset_id INTEGER PRIMARY KEY REFERENCES asset (id),
  content  BLOB    NOT NULL
) STRICT;
CREATE TABLE service_facts (
  service_id INTEGER PRIMARY KEY REFERENCES service (id),
  content    BLOB    NOT NULL
) STRICT;

-- Which certificate which service showed, and when. The present one is service.certificate; until when
-- that was shown is service.last_seen, so that a census which finds it again writes nothing here.
CREATE TABLE certificate_use (
  service_id INTEGER NOT NULL REFERENCES service (id),
  sha256     TEXT    NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (service_id, sha256)
) STRICT, WITHOUT ROWID;
