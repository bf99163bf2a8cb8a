-- Version 7: a row remembers which messages it pairs, not only their numbers.

-- lprint and rprint: what the message looks like on that side, as src/model/fingerprint.ts says; NULL: not known yet. A UID under
-- which something else is found was given out again.
ALTER TABLE mapping RENAME TO old_mapping;

CREATE TABLE mapping (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  lUID INTEGER NOT NULL CHECK (typeof(lUID) = 'integer' AND lUID BETWEEN 1 AND 4294967295),
  rUID INTEGER NOT NULL CHECK (typeof(rUID) = 'integer' AND rUID BETWEEN 1 AND 4294967295),
  lprint INTEGER CHECK (lprint IS NULL OR typeof(lprint) = 'integer'),
  rprint INTEGER CHECK (rprint IS NULL OR typeof(rprint) = 'integer'),
  PRIMARY KEY (idx, lUID),
  UNIQUE (idx, rUID)
);

INSERT INTO mapping (idx, lUID, rUID) SELECT idx, lUID, rUID FROM old_mapping ORDER BY idx, lUID;

DROP TABLE old_mapping;
