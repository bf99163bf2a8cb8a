-- Version 13: mailboxes whose UIDs do not last are told from those that were made anew.

-- How often UIDVALIDITY changed, and when it did so last. From the second time on the mailbox counts as one whose server gives new
-- UIDs with each login; so does one that its server says to be such (UIDNOTSTICKY, RFC 4315).
CREATE TABLE unstable (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  changes INTEGER NOT NULL CHECK (typeof(changes) = 'integer' AND changes BETWEEN 1 AND 4294967295),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
