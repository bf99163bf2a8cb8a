-- Version 7: messages that are not copied for now, because a server takes none.

-- From first_UID on, messages of `side` may lack a mapping row although their UIDs are below UIDNEXT: the other server
-- was over quota, or in other trouble that concerns no single message. Times are seconds since 1970.
CREATE TABLE waits (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  first_UID INTEGER NOT NULL CHECK (typeof(first_UID) = 'integer' AND first_UID BETWEEN 1 AND 4294967295),
  reason TEXT NOT NULL CHECK (typeof(reason) = 'text' AND octet_length(reason) <= 65536),
  since INTEGER NOT NULL CHECK (typeof(since) = 'integer' AND since BETWEEN 0 AND 253402300799),
  next_attempt INTEGER NOT NULL CHECK (typeof(next_attempt) = 'integer' AND next_attempt BETWEEN 0 AND 253402300799),
  attempts INTEGER NOT NULL CHECK (typeof(attempts) = 'integer' AND attempts BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
