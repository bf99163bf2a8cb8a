-- Version 8: a mailbox is told from others with the same numbers.

-- The id that each server gave to the mailbox when it was last looked at (MAILBOXID, RFC 8474), if it gives ids: it goes along when
-- the mailbox gets another name. No row: not known, and its messages are looked at where its numbers could be another one's.
CREATE TABLE mailbox_ids (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  MAILBOXID TEXT NOT NULL CHECK (
    typeof(MAILBOXID) = 'text' AND octet_length(MAILBOXID) BETWEEN 1 AND 255 AND MAILBOXID NOT GLOB '*[^-0-9A-Z_a-z]*'
  ),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
