-- The time that the nodes share, as each had it when it sent the heartbeat that came at "at": microseconds since 1970. Beside "at" it says how far the cluster is from
-- this server's clock, which somebody may have set. Null: of a program that does not tell.
ALTER TABLE node_hb ADD COLUMN clock bigint;
