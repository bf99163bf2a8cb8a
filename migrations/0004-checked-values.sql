-- Version 4: every value is checked for its type, too. To SQLite a text is greater than any number, so CHECK (lUID > 0) let
-- '1:*' pass. The tables are made anew, with the rows they had; those that cannot be were dropped before.
-- src/store/row-rules.ts has the same conditions for what is read: a file can be changed by others.

ALTER TABLE mailboxes RENAME TO old_mailboxes;
ALTER TABLE local RENAME TO old_local;
ALTER TABLE remote RENAME TO old_remote;
ALTER TABLE mapping RENAME TO old_mapping;
ALTER TABLE rounds RENAME TO old_rounds;
ALTER TABLE message_counts RENAME TO old_message_counts;
ALTER TABLE refused RENAME TO old_refused;
ALTER TABLE synchronised RENAME TO old_synchronised;
ALTER TABLE suspects RENAME TO old_suspects;

CREATE TABLE mailboxes (
  idx INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  mailbox BLOB NOT NULL UNIQUE CHECK (typeof(mailbox) = 'blob' AND length(mailbox) BETWEEN 1 AND 65536),
  subscribed INTEGER NOT NULL CHECK (typeof(subscribed) = 'integer' AND subscribed BETWEEN 0 AND 1)
);

CREATE TABLE local (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY INTEGER NOT NULL CHECK (typeof(UIDVALIDITY) = 'integer' AND UIDVALIDITY BETWEEN 1 AND 4294967295),
  UIDNEXT INTEGER NOT NULL CHECK (typeof(UIDNEXT) = 'integer' AND UIDNEXT BETWEEN 1 AND 4294967295),
  HIGHESTMODSEQ INTEGER NOT NULL CHECK (typeof(HIGHESTMODSEQ) = 'integer')
);
CREATE TABLE remote (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY INTEGER NOT NULL CHECK (typeof(UIDVALIDITY) = 'integer' AND UIDVALIDITY BETWEEN 1 AND 4294967295),
  UIDNEXT INTEGER NOT NULL CHECK (typeof(UIDNEXT) = 'integer' AND UIDNEXT BETWEEN 1 AND 4294967295),
  HIGHESTMODSEQ INTEGER NOT NULL CHECK (typeof(HIGHESTMODSEQ) = 'integer')
);

CREATE TABLE mapping (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  lUID INTEGER NOT NULL CHECK (typeof(lUID) = 'integer' AND lUID BETWEEN 1 AND 4294967295),
  rUID INTEGER NOT NULL CHECK (typeof(rUID) = 'integer' AND rUID BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, lUID),
  UNIQUE (idx, rUID)
);

CREATE TABLE rounds (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  lfloor INTEGER NOT NULL CHECK (typeof(lfloor) = 'integer' AND lfloor BETWEEN 1 AND 4294967295),
  rfloor INTEGER NOT NULL CHECK (typeof(rfloor) = 'integer' AND rfloor BETWEEN 1 AND 4294967295)
);

CREATE TABLE message_counts (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  local INTEGER NOT NULL CHECK (typeof(local) = 'integer' AND local BETWEEN 0 AND 4294967295),
  remote INTEGER NOT NULL CHECK (typeof(remote) = 'integer' AND remote BETWEEN 0 AND 4294967295)
);

CREATE TABLE refused (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  size INTEGER NOT NULL CHECK (typeof(size) = 'integer' AND size BETWEEN 0 AND 9007199254740991),
  message_id TEXT CHECK (message_id IS NULL OR (typeof(message_id) = 'text' AND octet_length(message_id) <= 65536)),
  reason TEXT NOT NULL CHECK (typeof(reason) = 'text' AND octet_length(reason) <= 65536),
  first_attempt INTEGER NOT NULL CHECK (typeof(first_attempt) = 'integer' AND first_attempt BETWEEN 0 AND 253402300799),
  last_attempt INTEGER NOT NULL CHECK (typeof(last_attempt) = 'integer' AND last_attempt BETWEEN 0 AND 253402300799),
  attempts INTEGER NOT NULL CHECK (typeof(attempts) = 'integer' AND attempts BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;

CREATE TABLE synchronised (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799)
);

CREATE TABLE suspects (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;

INSERT INTO mailboxes (idx, mailbox, subscribed) SELECT idx, mailbox, subscribed FROM old_mailboxes ORDER BY idx;
INSERT INTO local SELECT idx, UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ FROM old_local;
INSERT INTO remote SELECT idx, UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ FROM old_remote;
INSERT INTO mapping SELECT idx, lUID, rUID FROM old_mapping ORDER BY idx, lUID;
INSERT INTO rounds SELECT idx, lfloor, rfloor FROM old_rounds;
INSERT INTO message_counts SELECT idx, local, remote FROM old_message_counts;
INSERT INTO refused
  SELECT idx, side, UID, size, message_id, reason, first_attempt, last_attempt, attempts FROM old_refused;
INSERT INTO synchronised SELECT idx, at FROM old_synchronised;
INSERT INTO suspects SELECT idx, side, UID FROM old_suspects;

-- The idx of a mailbox that was deleted must not be given again.
DELETE FROM sqlite_sequence WHERE name = 'mailboxes';
INSERT INTO sqlite_sequence SELECT 'mailboxes', seq FROM sqlite_sequence WHERE name = 'old_mailboxes';

DROP TABLE old_local;
DROP TABLE old_remote;
DROP TABLE old_mapping;
DROP TABLE old_rounds;
DROP TABLE old_message_counts;
DROP TABLE old_refused;
DROP TABLE old_synchronised;
DROP TABLE old_suspects;
DROP TABLE old_mailboxes;
