-- Version 10: the name is remembered under which a mailbox was synchronised on the remote server.

-- Only where it is not that of the mailbox itself: raw octets without the reference, NUL for the hierarchy delimiter. special_use is
-- the use (RFC 6154) that both have, if nobody gave that name, else empty.
CREATE TABLE remote_names (
  idx INTEGER NOT NULL PRIMARY KEY REFERENCES mailboxes(idx),
  name BLOB NOT NULL CHECK (typeof(name) = 'blob' AND length(name) BETWEEN 1 AND 65536),
  special_use TEXT NOT NULL CHECK (typeof(special_use) = 'text' AND octet_length(special_use) <= 65536)
);
