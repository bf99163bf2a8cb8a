-- Version 9: APPENDs of which it is not known that they failed.

-- Messages that were sent to the other server, which did not say that it took them: there is no answer (yet), or it was NO.
-- side and UIDs name them where they are. The row is written before they are sent, so that it is there however the program
-- ends; whoever learns that they were taken takes them off. Some servers take them all the same, and later: for a while what
-- comes is compared with these. appends counts how often just these were sent. since is in seconds since 1970.
CREATE TABLE unconfirmed (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  first_UID INTEGER NOT NULL CHECK (typeof(first_UID) = 'integer' AND first_UID BETWEEN 1 AND 4294967295),
  last_UID INTEGER NOT NULL CHECK (typeof(last_UID) = 'integer' AND last_UID BETWEEN first_UID AND 4294967295),
  appends INTEGER NOT NULL CHECK (typeof(appends) = 'integer' AND appends BETWEEN 1 AND 4294967295),
  since INTEGER NOT NULL CHECK (typeof(since) = 'integer' AND since BETWEEN 0 AND 253402300799),
  PRIMARY KEY (idx, side, first_UID, last_UID)
) WITHOUT ROWID;
