-- 0002_evidence.sql: what runs saw, kept under the run. Nothing here is part of the register's state:
-- an interrupted run leaves rows here and changes nothing else (store.h, R1).
-- Old rows: none. Read by: registry/store (load_seen), registry/query (evidence of a cell).

-- Raw bytes, once each.
CREATE TABLE blob (
  id      INTEGER PRIMARY KEY,
  sha256  BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
  content BLOB    NOT NULL
) STRICT;

-- The key is the whole observation but its time: seeing it again is not a second row. `position`
-- keeps the order of arrival, which tells a leaf certificate from its issuers.
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

-- Hosts that gave any answer. Silence is not a row.
CREATE TABLE host_seen (
  run_id   INTEGER NOT NULL REFERENCES run (id),
  zone_id  INTEGER NOT NULL REFERENCES zone (id),
  ip       BLOB    NOT NULL CHECK (length(ip) IN (5, 17)),
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (run_id, zone_id, ip)
) STRICT, WITHOUT ROWID;

-- Open ports, and refusals where the register holds a service (they may close it).
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
  at        INTEGER NOT NULL,
  PRIMARY KEY (run_id, zone_id, ip, transport, port)
) STRICT, WITHOUT ROWID;

-- Claims of one run before they are held against those of others, as identification made them of one
-- place: of the service there, and of the host behind it. Packed (src/registry/packed.h).
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

-- Certificates are content, like blobs: named by their digest and never changed.
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

-- position 0 = the leaf, then its issuers as the server sent them.
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
