-- Version 11: mailboxes that go on changing without a word.

-- `side` gives this mailbox the same HIGHESTMODSEQ whatever happens in it. Its state has HIGHESTMODSEQ 0 then, and each run
-- compares the mailbox in full. A state with 0 and no row here: so does the next run, and decides anew.
CREATE TABLE stuck (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  PRIMARY KEY (idx, side)
) WITHOUT ROWID;
