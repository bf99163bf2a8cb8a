-- Version 2: what is needed to resume an interrupted round and to try refused messages again.

-- A mailbox in the middle of a round. The row is committed before the round's first copy is made and removed with the
-- checkpoint, so as long as it exists there may be copies without a mapping row, none of them with a UID below the
-- floor of its side (UIDNEXT when the row was made; the lower one if a round was interrupted again).
CREATE TABLE rounds (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  lfloor INTEGER NOT NULL CHECK (lfloor > 0),
  rfloor INTEGER NOT NULL CHECK (rfloor > 0)
);

-- How many messages each server had (EXISTS) at the checkpoint saved in `local` and `remote`. A row never outlives
-- that checkpoint: one without counts removes it.
CREATE TABLE message_counts (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  local INTEGER NOT NULL CHECK (local >= 0),
  remote INTEGER NOT NULL CHECK (remote >= 0)
);

-- Messages that could not be copied. side and UID name the message where it is, so it has no mapping row, although
-- its UID may be below UIDNEXT. Times are seconds since 1970; size is RFC822.SIZE.
CREATE TABLE refused (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (UID > 0),
  size INTEGER NOT NULL CHECK (size >= 0),
  message_id TEXT,
  reason TEXT NOT NULL,
  first_attempt INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts > 0),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
