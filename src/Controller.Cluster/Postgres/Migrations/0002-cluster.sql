-- Several nodes at once. Additive: a node of the version before goes on writing while this is applied and after it, for it names its columns, and those that
-- are new have defaults that are right for it. docs/adr/0025 says what such a script may do.

-- A program that knows version N works with a newer schema whose "compatible_from" is N or less. A script that breaks the older ones raises it.
ALTER TABLE schema_version ADD COLUMN compatible_from int NOT NULL DEFAULT 1;

-- Of all nodes that are up, the lowest level: what is written, each of them can read. It never falls.
ALTER TABLE cluster ADD COLUMN feature_level int NOT NULL DEFAULT 1;

ALTER TABLE node
  ADD COLUMN name text NOT NULL DEFAULT '',
  ADD COLUMN phase smallint NOT NULL DEFAULT 2,          -- MemberPhase: 1 joining, 2 up, 3 leaving, 4 down
  ADD COLUMN roles smallint NOT NULL DEFAULT 3,          -- NodeRoles: 1 edge, 2 actors
  ADD COLUMN level int NOT NULL DEFAULT 1,
  ADD COLUMN link text NOT NULL DEFAULT '',
  ADD COLUMN quarantined_until timestamptz;

-- Whoever was fenced: twice within the time of quarantine, and the node owns nothing for that time.
CREATE TABLE fence_log (
  node_id int NOT NULL,
  incarnation bigint NOT NULL,
  fenced_by int NOT NULL,
  cause text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (node_id, incarnation));

-- Updated five times a second by each node: apart from "node", which every writing transaction reads. One page for ever: each update finds room beside the
-- row, and no index has a column that changes. "beat" is counted by the node, so that it does not fall behind when a standby is promoted.
CREATE TABLE node_hb (
  node_id int PRIMARY KEY,
  incarnation bigint NOT NULL,
  beat bigint NOT NULL,
  at timestamptz NOT NULL,
  dispatch_lag_ms int NOT NULL,
  commit_ms int NOT NULL,
  calls int NOT NULL) WITH (fillfactor = 20);

-- The voter hears nothing of the target. Void once either is not its node's newest incarnation any more.
CREATE TABLE suspicion (
  target int NOT NULL,
  target_incarnation bigint NOT NULL,
  voter int NOT NULL,
  voter_incarnation bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (target, target_incarnation, voter));

-- Floating addresses: owned like shards, and change hands in the same transactions.
CREATE TABLE address (
  address text PRIMARY KEY,
  owner_node int,
  owner_incarnation bigint,
  epoch bigint NOT NULL,
  since timestamptz) WITH (fillfactor = 50);

CREATE TABLE address_log (
  address text NOT NULL,
  epoch bigint NOT NULL,
  owner_node int NOT NULL,
  owner_incarnation bigint NOT NULL,
  cause text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (address, epoch));

-- Who committed a record delivers it. The default serves a node of the version before, whose sessions say which it is, and what it had left behind.
ALTER TABLE outbox ADD COLUMN node int NOT NULL DEFAULT coalesce(nullif(substring(current_setting('application_name') FROM '^sbc/([0-9]+)/'), '')::int, 0);
CREATE INDEX outbox_node ON outbox (node, id);

-- Raises SB003 if the cluster has begun to write what a program of this level cannot read.
CREATE FUNCTION require_level(of_program int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE required int;
BEGIN
  SELECT feature_level INTO required FROM cluster;
  IF of_program < required THEN
    RAISE EXCEPTION USING ERRCODE = 'SB003', MESSAGE = 'the cluster writes at level ' || required || ', this program reads up to ' || of_program || ': start the newer program';
  END IF;
END $$;
