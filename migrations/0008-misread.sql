-- Version 8: servers that misread messages.

-- The other server did not understand a command with messages of this side (BAD), which are among the suspects. That may be
-- because of a keyword: until they are copied, keywords that are new to it are set afterwards, when no message hangs on it.
CREATE TABLE misread (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
