-- Version 1: the tables of the original interimap 0.5, unchanged, so that its databases are taken over as they are.
-- A number marked unsigned 64-bit is stored as the signed number with the same bits: 2^63 and above are negative.

-- One row for each mailbox that was ever synchronised. `mailbox` holds the server's octets without the reference and
-- with NUL for the hierarchy delimiter; INBOX is always spelled so. An idx is never given twice.
CREATE TABLE mailboxes (
  idx INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  mailbox BLOB COLLATE BINARY NOT NULL CHECK (mailbox != '') UNIQUE,
  subscribed BOOLEAN NOT NULL
);

-- What was last synchronised on each side: all messages below UIDNEXT and all changes up to HIGHESTMODSEQ (unsigned
-- 64-bit) are on the other side too, except for those in `refused`. No row: the mailbox was never synchronised in full.
CREATE TABLE local (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY UNSIGNED INT NOT NULL CHECK (UIDVALIDITY > 0),
  UIDNEXT UNSIGNED INT NOT NULL,
  HIGHESTMODSEQ UNSIGNED BIGINT NOT NULL
);
CREATE TABLE remote (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY UNSIGNED INT NOT NULL CHECK (UIDVALIDITY > 0),
  UIDNEXT UNSIGNED INT NOT NULL,
  HIGHESTMODSEQ UNSIGNED BIGINT NOT NULL
);

-- One row for each message that is on both sides. A row is added only after the copy exists and removed only after
-- both messages are gone. It may name UIDs at or above UIDNEXT: copies made since the last checkpoint.
CREATE TABLE mapping (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  lUID UNSIGNED INT NOT NULL CHECK (lUID > 0),
  rUID UNSIGNED INT NOT NULL CHECK (rUID > 0),
  PRIMARY KEY (idx, lUID),
  UNIQUE (idx, rUID)
);
