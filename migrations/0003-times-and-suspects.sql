-- Version 3: what a person wants to know of a mailbox, and what is needed when a message kills connections.

-- When a mailbox was brought into agreement last, in seconds since 1970. Set by a checkpoint that completes a round and
-- saves states that differ from those before: a look that finds nothing to do leaves the database as it is. No row: not
-- since the database has this version.
CREATE TABLE synchronised (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (at > 0)
);

-- Messages in whose transfer a connection died; side and UID name them where they are. One is offered alone the next
-- time: if the connection dies again, it is to blame.
CREATE TABLE suspects (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (UID > 0),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
