-- Version 4: servers, and the database itself, are not to be believed.

-- Every value is checked for its type, too. To SQLite a text is greater than any number, so CHECK (lUID > 0) let
-- '1:*' pass. The tables are made anew, with the rows they had; those that cannot be were dropped before.
-- src/state/row-rules.ts has the same conditions for what is read: a file can be changed by others.

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

-- The other server did not understand a command with messages of this side (BAD), which are among the suspects. That may be
-- because of a keyword: until they are copied, keywords that are new to it are set afterwards, when no message hangs on it.
CREATE TABLE misread (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;

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

-- `side` gives this mailbox the same HIGHESTMODSEQ whatever happens in it. Its state has HIGHESTMODSEQ 0 then, and each run
-- compares the mailbox in full. A state with 0 and no row here: so does the next run, and decides anew.
CREATE TABLE stuck (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;

-- HIGHESTMODSEQ 1 of a mailbox that has, or had, messages may be what a server says that has no mod-sequences of it, whatever
-- changes there. As after an interruption the next run looks at the mailbox, and finds out.
INSERT OR IGNORE INTO rounds (idx, lfloor, rfloor)
SELECT idx, local.UIDNEXT, remote.UIDNEXT FROM local JOIN remote USING (idx)
WHERE (local.HIGHESTMODSEQ = 1 AND local.UIDNEXT > 1) OR (remote.HIGHESTMODSEQ = 1 AND remote.UIDNEXT > 1);
