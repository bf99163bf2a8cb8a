-- A database of version 12 as `sqlite3 x.db .dump` shows it: that of version 11, and what came with version 12.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE mailboxes (
  idx INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  mailbox BLOB NOT NULL UNIQUE CHECK (typeof(mailbox) = 'blob' AND length(mailbox) BETWEEN 1 AND 65536),
  subscribed INTEGER NOT NULL CHECK (typeof(subscribed) = 'integer' AND subscribed BETWEEN 0 AND 1)
);
INSERT INTO mailboxes VALUES(1,X'494e424f58',0);
INSERT INTO mailboxes VALUES(3,X'610062',1);
INSERT INTO mailboxes VALUES(4,X'26414d6b2d7426414f6b2d',1);
CREATE TABLE local (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY INTEGER NOT NULL CHECK (typeof(UIDVALIDITY) = 'integer' AND UIDVALIDITY BETWEEN 1 AND 4294967295),
  UIDNEXT INTEGER NOT NULL CHECK (typeof(UIDNEXT) = 'integer' AND UIDNEXT BETWEEN 1 AND 4294967295),
  HIGHESTMODSEQ INTEGER NOT NULL CHECK (typeof(HIGHESTMODSEQ) = 'integer')
);
INSERT INTO local VALUES(1,1795240543,6,17);
INSERT INTO local VALUES(3,4294967295,4294967295,-2);
CREATE TABLE remote (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  UIDVALIDITY INTEGER NOT NULL CHECK (typeof(UIDVALIDITY) = 'integer' AND UIDVALIDITY BETWEEN 1 AND 4294967295),
  UIDNEXT INTEGER NOT NULL CHECK (typeof(UIDNEXT) = 'integer' AND UIDNEXT BETWEEN 1 AND 4294967295),
  HIGHESTMODSEQ INTEGER NOT NULL CHECK (typeof(HIGHESTMODSEQ) = 'integer')
);
INSERT INTO remote VALUES(1,1795240544,2000000005,9223372036854775807);
INSERT INTO remote VALUES(3,1,1,-9223372036854775808);
CREATE TABLE rounds (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  lfloor INTEGER NOT NULL CHECK (typeof(lfloor) = 'integer' AND lfloor BETWEEN 1 AND 4294967295),
  rfloor INTEGER NOT NULL CHECK (typeof(rfloor) = 'integer' AND rfloor BETWEEN 1 AND 4294967295)
);
INSERT INTO rounds VALUES(3,4294967295,1);
CREATE TABLE message_counts (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  local INTEGER NOT NULL CHECK (typeof(local) = 'integer' AND local BETWEEN 0 AND 4294967295),
  remote INTEGER NOT NULL CHECK (typeof(remote) = 'integer' AND remote BETWEEN 0 AND 4294967295)
);
INSERT INTO message_counts VALUES(1,4,3);
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
INSERT INTO refused VALUES(1,'local',4,31000000,'<big@example.org>','[TOOBIG] Message is too big',1700000000,1700003600,3);
CREATE TABLE synchronised (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799)
);
INSERT INTO synchronised VALUES(1,1700003600);
CREATE TABLE suspects (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
INSERT INTO suspects VALUES(3,'remote',77);
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
INSERT INTO refused_changes VALUES(1,'remote',2000000001,'flags','[NOPERM] Not you',1700000000,1700003600,2);
CREATE TABLE stocks (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  hour INTEGER NOT NULL CHECK (typeof(hour) = 'integer' AND hour BETWEEN 0 AND 4294967295),
  known INTEGER NOT NULL CHECK (typeof(known) = 'integer' AND known BETWEEN 0 AND 4294967295),
  PRIMARY KEY (idx, hour)
) WITHOUT ROWID;
INSERT INTO stocks VALUES(1,472223,4);
CREATE TABLE emptied (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799)
);
INSERT INTO emptied VALUES(1,1700003600);
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
INSERT INTO waits VALUES(3,'local',5,'[OVERQUOTA] Quota exceeded',1700000000,1700007200,2);
CREATE TABLE misread (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
INSERT INTO misread VALUES(1,'local');
CREATE TABLE unconfirmed (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  first_UID INTEGER NOT NULL CHECK (typeof(first_UID) = 'integer' AND first_UID BETWEEN 1 AND 4294967295),
  last_UID INTEGER NOT NULL CHECK (typeof(last_UID) = 'integer' AND last_UID BETWEEN first_UID AND 4294967295),
  appends INTEGER NOT NULL CHECK (typeof(appends) = 'integer' AND appends BETWEEN 1 AND 4294967295),
  since INTEGER NOT NULL CHECK (typeof(since) = 'integer' AND since BETWEEN 0 AND 253402300799),
  PRIMARY KEY (idx, side, first_UID, last_UID)
) WITHOUT ROWID;
INSERT INTO unconfirmed VALUES(1,'local',3,3,1,1700003600);
CREATE TABLE stuck (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
INSERT INTO stuck VALUES(1,'remote');
CREATE TABLE unkept (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  flags TEXT NOT NULL CHECK (typeof(flags) = 'text' AND octet_length(flags) <= 65536),
  at INTEGER NOT NULL CHECK (typeof(at) = 'integer' AND at BETWEEN 0 AND 253402300799),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
INSERT INTO unkept VALUES(1,'remote','\Flagged work',1700000000);
CREATE TABLE accounts (
  side TEXT NOT NULL PRIMARY KEY CHECK (side IN ('local', 'remote')),
  server TEXT NOT NULL CHECK (typeof(server) = 'text' AND octet_length(server) BETWEEN 1 AND 65536),
  username TEXT CHECK (username IS NULL OR (typeof(username) = 'text' AND octet_length(username) <= 65536)),
  list_reference BLOB NOT NULL CHECK (typeof(list_reference) = 'blob' AND length(list_reference) <= 65536)
) WITHOUT ROWID;
INSERT INTO accounts VALUES('local','imap','alice',x'');
INSERT INTO accounts VALUES('remote','imap.example.net','alice',x'494e424f582e');
CREATE TABLE mapping (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  lUID INTEGER NOT NULL CHECK (typeof(lUID) = 'integer' AND lUID BETWEEN 1 AND 4294967295),
  rUID INTEGER NOT NULL CHECK (typeof(rUID) = 'integer' AND rUID BETWEEN 1 AND 4294967295),
  lprint INTEGER CHECK (lprint IS NULL OR typeof(lprint) = 'integer'),
  rprint INTEGER CHECK (rprint IS NULL OR typeof(rprint) = 'integer'),
  PRIMARY KEY (idx, lUID),
  UNIQUE (idx, rUID)
);
INSERT INTO mapping VALUES(1,1,2000000004,NULL,NULL);
INSERT INTO mapping VALUES(1,2,2000000001,281474976710655,0);
INSERT INTO mapping VALUES(1,5,7,NULL,123456789);
INSERT INTO mapping VALUES(3,4294967294,4294967295,NULL,NULL);
CREATE TABLE mailbox_ids (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  MAILBOXID TEXT NOT NULL CHECK (
    typeof(MAILBOXID) = 'text' AND octet_length(MAILBOXID) BETWEEN 1 AND 255 AND MAILBOXID NOT GLOB '*[^-0-9A-Z_a-z]*'
  ),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
INSERT INTO mailbox_ids VALUES(1,'local','F6352ae03-xx_7');
INSERT INTO mailbox_ids VALUES(3,'remote','id-3');
CREATE TABLE flag_sets (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number BETWEEN 0 AND 4294967295),
  flags TEXT NOT NULL CHECK (typeof(flags) = 'text' AND octet_length(flags) <= 65536),
  PRIMARY KEY (idx, side, number)
) WITHOUT ROWID;
CREATE TABLE flag_blocks (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  block INTEGER NOT NULL CHECK (typeof(block) = 'integer' AND block BETWEEN 0 AND 4194303),
  runs BLOB NOT NULL CHECK (typeof(runs) = 'blob' AND length(runs) BETWEEN 1 AND 8192),
  PRIMARY KEY (idx, side, block)
) WITHOUT ROWID;
INSERT INTO flag_sets VALUES(1,'remote',0,'');
INSERT INTO flag_blocks VALUES(1,'remote',0,x'0100');
CREATE TABLE remote_names (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  name BLOB NOT NULL CHECK (typeof(name) = 'blob' AND length(name) BETWEEN 1 AND 65536),
  special_use TEXT NOT NULL CHECK (typeof(special_use) = 'text' AND octet_length(special_use) <= 65536)
);
INSERT INTO remote_names VALUES(3,X'53656e74204974656d73','\sent');
CREATE TABLE lifted (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  UID INTEGER NOT NULL CHECK (typeof(UID) = 'integer' AND UID BETWEEN 1 AND 4294967295),
  PRIMARY KEY (idx, side, UID)
) WITHOUT ROWID;
INSERT INTO lifted VALUES(3,'local',9);
CREATE TABLE left_out (
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  name BLOB NOT NULL CHECK (typeof(name) = 'blob' AND length(name) BETWEEN 1 AND 65536),
  special_use TEXT NOT NULL CHECK (typeof(special_use) = 'text' AND octet_length(special_use) <= 65536),
  PRIMARY KEY (side, name)
) WITHOUT ROWID;
INSERT INTO left_out VALUES('remote',X'416c6c','\all');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('mailboxes',9);
COMMIT;
PRAGMA user_version=12;
