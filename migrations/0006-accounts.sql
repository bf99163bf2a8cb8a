-- Version 6: a database knows whose it is.

-- The accounts that this database is about: the mailboxes, and all that is recorded of them, are those of these two and of
-- nobody else. No rows: the next run that both servers let in adds them. server is a host with its port, if that is neither
-- 143 nor 993, or the program of a tunnel with a digest of the whole command; src/model/account.ts makes it. No username: the
-- server asks for none. list_reference is in the server's octets.
CREATE TABLE accounts (
  side TEXT NOT NULL PRIMARY KEY CHECK (side IN ('local', 'remote')),
  server TEXT NOT NULL CHECK (typeof(server) = 'text' AND octet_length(server) BETWEEN 1 AND 65536),
  username TEXT CHECK (username IS NULL OR (typeof(username) = 'text' AND octet_length(username) <= 65536)),
  list_reference BLOB NOT NULL CHECK (typeof(list_reference) = 'blob' AND length(list_reference) <= 65536)
) WITHOUT ROWID;
