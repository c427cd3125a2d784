-- A commit is one call of one function: one statement to parse, bind and answer, whatever it does. Each hourly table has an append_journal_YYYYMMDDHH beside it, made with
-- it, that calls this one and then inserts its rows. Programs of the versions before go on with statements of their own.

-- Everything of a commit but its rows. VOLATILE, as it is by default: each statement in it has a snapshot of its own, so the check that follows the lock sees whatever
-- changed hands before the lock was granted.
CREATE FUNCTION begin_commit(of_node int, of_incarnation bigint, of_batch bigint, shards smallint[], epochs bigint[],
  born bytea[], born_shards smallint[], born_buckets int[], born_lives bigint[], born_first_seqs bigint[],
  superseded bytea[], superseded_buckets int[], superseded_lives bigint[], superseded_first_seqs bigint[],
  died bytea[], died_lives bigint[],
  record_shards smallint[], records bytea[], delivered bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(21314, of_node);
  -- What is in order is seen by one look; require_ownership finds out what is not, and raises.
  IF cardinality(shards) = 0 OR cardinality(shards) <> (
    SELECT count(*) FROM node n, unnest(shards, epochs) AS held(s, e), shard o
    WHERE n.node_id = of_node AND n.incarnation = of_incarnation AND NOT n.fenced
      AND o.shard_id = held.s AND o.epoch = held.e AND o.owner_node = of_node AND o.owner_incarnation = of_incarnation) THEN
    PERFORM require_ownership(of_node, of_incarnation, shards, epochs);
  END IF;
  UPDATE last_batch SET batch = of_batch WHERE node_id = of_node AND incarnation = of_incarnation;
  IF cardinality(born) > 0 THEN
    INSERT INTO live_actor (actor, shard_id, bucket, life, first_seq) SELECT * FROM unnest(born, born_shards, born_buckets, born_lives, born_first_seqs);
  END IF;
  IF cardinality(superseded) > 0 THEN
    UPDATE live_actor a SET bucket = u.bucket, first_seq = u.first_seq
    FROM unnest(superseded, superseded_buckets, superseded_lives, superseded_first_seqs) AS u(actor, bucket, life, first_seq) WHERE a.actor = u.actor AND a.life = u.life;
  END IF;
  -- Behind the births: an actor may begin and end in one commit.
  IF cardinality(died) > 0 THEN
    DELETE FROM live_actor a USING unnest(died, died_lives) AS u(actor, life) WHERE a.actor = u.actor AND a.life = u.life;
  END IF;
  IF cardinality(records) > 0 THEN
    INSERT INTO outbox (node, shard_id, payload) SELECT of_node, * FROM unnest(record_shards, records);
  END IF;
  IF delivered > 0 THEN
    DELETE FROM outbox WHERE node = of_node AND id <= delivered;
  END IF;
END $$;
