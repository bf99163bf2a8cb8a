-- Version 11: messages can be deleted on servers that cannot be told which (no UIDPLUS, RFC 4315).

-- EXPUNGE removes every message that is marked as deleted. The marks of those that are not ours to delete are taken off for that
-- moment; a row says that its message is to be marked again.
CREATE TABLE lifted (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
