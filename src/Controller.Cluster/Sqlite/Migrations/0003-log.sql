-- The journal is a log of commits. Each has one or more slots: rows of one length, each a leaf page, written over in place when the commit that had them is
-- dead. What is in a slot: Log/SlotHeader.cs, Log/LogRecord.cs. Which slots are live follows from the newest commit, whose header names the head of the log.
-- Today's rows and outbox records are moved by the program behind this script (FirstLayout.cs), which drops their tables.
CREATE TABLE slot (
    id     INTEGER PRIMARY KEY,
    octets BLOB NOT NULL
) STRICT;
