-- Version 5: changes that a server refuses to make.

-- Messages that a server will not delete, or whose flags it will not set, though the other side's counterpart was deleted
-- or has other flags. side and UID name the message where it cannot be changed. It has a mapping row, which stays: the
-- message is neither new nor to be copied. A deletion takes the place of flags. attempts counts refusals; 0: there was
-- none, the server said that it was done and it was not. Times are seconds since 1970.
CREATE TABLE refused_changes (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  what TEXT NOT NULL CHECK (what IN ('deletion', 'flags')),
  reason TEXT NOT NULL CHECK (typeof(reason) = 'text' AND octet_length(reason) <= 65536),
  first_attempt INTEGER NOT NULL CHECK (typeof(first_attempt) = 'integer' AND first_attempt BETWEEN 0 AND 253402300799),
  last_attempt INTEGER NOT NULL CHECK (typeof(last_attempt) = 'integer' AND last_attempt BETWEEN 0 AND 253402300799),
  attempts INTEGER NOT NULL CHECK (typeof(attempts) = 'integer' AND attempts BETWEEN 0 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
