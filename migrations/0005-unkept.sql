-- Version 5: flags that a server cannot keep are carried to it when it can.

-- Flags that messages of the other side have, or had, and that `side` does not keep, as its PERMANENTFLAGS said at the time
-- `at` (in seconds since 1970). They are separated by spaces.
CREATE TABLE unkept (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  flags TEXT NOT NULL CHECK (typeof(flags) = 'text' AND octet_length(flags) <= 65536),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
