-- 0008_port_look.sql: what was seen of the SYN-ACK of an open port, before its interview.
-- Old rows: '', not seen. Read by: registry/run_state (a run that goes on hands it to identification with
-- what the interview hears).
ALTER TABLE port_result ADD COLUMN look TEXT NOT NULL DEFAULT '';
