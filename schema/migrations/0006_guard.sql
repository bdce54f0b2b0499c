-- 0006_guard.sql: hosts a run stopped probing because they fell silent under it, and machines in
-- front of a prefix that answer for all of it. A reader of a run's coverage must see why something
-- was skipped, and that 254 addresses were one firewall.
-- Old rows: none. Read by: registry/query (runs show), resolve through load_world and load_seen.

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

-- The last things sent to such a host, oldest first: the evidence for whoever has to explain it.
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

-- One row per run that saw it; the first and the last of them say since when.
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
