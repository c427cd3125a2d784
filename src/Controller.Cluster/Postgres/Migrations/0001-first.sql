-- Who may write what, and what has been written. failover.md section 4.1; where names differ, docs/adr says why.

CREATE TABLE cluster (
  id int PRIMARY KEY CHECK (id = 1),
  n_shards int NOT NULL,                  -- for the life of the cluster: a key's shard is computed with it
  map_version bigint NOT NULL,            -- grows with every change of ownership
  secret bytea NOT NULL);                 -- 32 random octets: the key of every token and tag

CREATE SEQUENCE incarnation_seq;

-- Read by every writing transaction, changed rarely. "fenced" is sticky for an incarnation.
CREATE TABLE node (
  node_id int PRIMARY KEY,
  incarnation bigint NOT NULL,
  fenced boolean NOT NULL,
  fenced_by int,
  fenced_at timestamptz,
  cause text) WITH (fillfactor = 50);

-- The number of the last batch that an incarnation has committed: after a broken connection it says whether the last one was. Always one page.
CREATE TABLE last_batch (
  node_id int PRIMARY KEY,
  incarnation bigint NOT NULL,
  batch bigint NOT NULL) WITH (fillfactor = 20);

CREATE TABLE shard (
  shard_id smallint PRIMARY KEY,
  owner_node int,
  owner_incarnation bigint,
  epoch bigint NOT NULL,
  since timestamptz) WITH (fillfactor = 50);

-- An epoch is granted once.
CREATE TABLE shard_log (
  shard_id smallint NOT NULL,
  epoch bigint NOT NULL,
  owner_node int NOT NULL,
  owner_incarnation bigint NOT NULL,
  cause text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (shard_id, epoch));

-- The actors that live. Its rows stand in the journal table of its bucket from "first_seq" on; "life" tells them from those of an earlier actor of that name.
CREATE TABLE live_actor (
  actor bytea NOT NULL,
  shard_id smallint NOT NULL,
  bucket int NOT NULL,
  life bigint NOT NULL,
  first_seq bigint NOT NULL,
  PRIMARY KEY (actor, life)) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX live_actor_shard ON live_actor (shard_id);

-- One table an hour (journal_YYYYMMDDHH), made like this one and dropped whole when no actor lives in it.
CREATE TABLE journal_template (
  actor bytea NOT NULL,
  life bigint NOT NULL,
  seq bigint NOT NULL,
  shard_id smallint NOT NULL,
  epoch bigint NOT NULL,
  node int NOT NULL,
  incarnation bigint NOT NULL,
  at bigint NOT NULL,                     -- milliseconds since 1970
  payload bytea NOT NULL,
  PRIMARY KEY (actor, life, seq)) WITH (toast_tuple_target = 8160);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shard_id smallint NOT NULL,
  payload bytea NOT NULL) WITH (autovacuum_vacuum_scale_factor = 0.01);

-- Raises SB001 if the incarnation is fenced, SB002 with the shards that are not its own at that epoch. Called as the statement after the
-- lock: READ COMMITTED gives each statement its own snapshot, so whatever changed hands before the lock was granted is seen.
CREATE FUNCTION require_ownership(of_node int, of_incarnation bigint, shards smallint[], epochs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE lost text;
BEGIN
  IF NOT EXISTS (SELECT FROM node WHERE node_id = of_node AND incarnation = of_incarnation AND NOT fenced) THEN
    RAISE EXCEPTION USING ERRCODE = 'SB001', MESSAGE = 'node ' || of_node || '/' || of_incarnation || ' is fenced';
  END IF;
  SELECT string_agg(held.s::text, ',') INTO lost FROM unnest(shards, epochs) AS held(s, e)
  WHERE NOT EXISTS (SELECT FROM shard WHERE shard_id = held.s AND owner_node = of_node AND owner_incarnation = of_incarnation AND epoch = held.e);
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SB002', MESSAGE = 'other owner or epoch of shard ' || lost, DETAIL = lost;
  END IF;
END $$;
