-- What identifies the file as a journal of ours ("CTRJ").
PRAGMA application_id = 1129599562;

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may write: a commit for a shard must name its newest epoch.
CREATE TABLE shard (
    shard INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT;

-- One row for the events of one decision. actor: kind (1 byte), key (16 bytes, big-endian). at: milliseconds since 1970.
-- crc: CRC-32C of the payload; SQLite itself would not notice a changed byte in it.
-- Not WITHOUT ROWID: actors are spread evenly, so every row would dirty a page of its own; appended in order of arrival, the rows of a
-- commit share pages and only the small index is written at random. Measured: half the CPU and a quarter of the octets per row.
CREATE TABLE journal (
    actor   BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    shard   INTEGER NOT NULL,
    epoch   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    crc     INTEGER NOT NULL,
    payload BLOB    NOT NULL,
    PRIMARY KEY (actor, seq)
) STRICT;

-- AUTOINCREMENT: an id is never used twice, so "removed through id" can never catch a newer record.
CREATE TABLE outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    payload BLOB NOT NULL
) STRICT;
