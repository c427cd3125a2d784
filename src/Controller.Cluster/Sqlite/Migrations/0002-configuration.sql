-- Configurations that were activated; the highest number is the active one. at: milliseconds since 1970; crc: CRC-32C of the text, in which passwords stand as in
-- the file of the node.
CREATE TABLE config_version (
    number INTEGER PRIMARY KEY,
    text   BLOB    NOT NULL,
    crc    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    file   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    by     TEXT    NOT NULL,
    cause  TEXT    NOT NULL
) STRICT;
