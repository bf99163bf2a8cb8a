-- Version 12: it is remembered which mailboxes are left out because of their special use.

-- Each has been reported once, and stays left out where its server does not tell special uses (RFC 6154). name is the program's, raw
-- octets with NUL for the hierarchy delimiter; special_use is in lower case.
CREATE TABLE left_out (
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  name BLOB NOT NULL CHECK (typeof(name) = 'blob' AND length(name) BETWEEN 1 AND 65536),
  special_use TEXT NOT NULL CHECK (typeof(special_use) = 'text' AND octet_length(special_use) <= 65536),
  PRIMARY KEY (side, name)
) WITHOUT ROWID;
