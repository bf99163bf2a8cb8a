-- Version 3: what a person wants to know of a mailbox.

-- When a mailbox was brought into agreement last, in seconds since 1970. Set by a checkpoint that completes a round and
-- saves states that differ from those before: a look that finds nothing to do leaves the database as it is. No row: not
-- since the database has this version.
CREATE TABLE synchronised (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (at > 0)
);
