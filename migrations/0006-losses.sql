-- Version 6: what the guard against mass deletions remembers from one look to the next.

-- How many messages a mailbox had on both sides before the first of them was deleted in an hour (counted from 1970): what is
-- missing of the earliest number within a day was lost within that day. Older rows are removed.
CREATE TABLE stocks (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  hour INTEGER NOT NULL CHECK (typeof(hour) = 'integer' AND hour BETWEEN 0 AND 4294967295),
  known INTEGER NOT NULL CHECK (typeof(known) = 'integer' AND known BETWEEN 0 AND 4294967295),
  PRIMARY KEY (idx, hour)
) WITHOUT ROWID;

-- Mailboxes that lost nearly everything with the user's permission, and when last, in seconds since 1970: some are emptied
-- from time to time.
CREATE TABLE emptied (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799)
);
