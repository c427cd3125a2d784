-- Configurations that were activated; the highest number is the active one, and every heartbeat reads which that is. Passwords stand in the text.
CREATE TABLE config_version (
  number bigint PRIMARY KEY,
  text text NOT NULL,
  hash text NOT NULL,
  file text NOT NULL,
  at bigint NOT NULL,                     -- milliseconds since 1970
  by_whom text NOT NULL,
  cause text NOT NULL);

-- The version that each node runs, 0: of a program that does not tell; and why it is not the active one, if it cannot be taken there.
ALTER TABLE node_hb
  ADD COLUMN config bigint NOT NULL DEFAULT 0,
  ADD COLUMN config_problem text;
