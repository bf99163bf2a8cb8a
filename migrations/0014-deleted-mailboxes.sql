-- Version 14: the guard against mass deletions remembers mailboxes that were deleted as a whole.

-- When a mailbox was about to be deleted on the other server, since it was gone from this one, and how many messages it had before
-- any of them was deleted. It counts once the mailbox is known no more, and idx is never given to another one.
CREATE TABLE deleted_mailboxes (
  idx INTEGER NOT NULL PRIMARY KEY,
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  hour INTEGER NOT NULL CHECK (typeof(hour) = 'integer' AND hour BETWEEN 0 AND 4294967295),
  messages INTEGER NOT NULL CHECK (typeof(messages) = 'integer' AND messages BETWEEN 0 AND 4294967295)
) WITHOUT ROWID;
