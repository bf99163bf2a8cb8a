-- Version 9: flags are remembered where a server does not report which of them changed.

-- The sets of flags that messages of this side had at the last checkpoint, each with a number; the flags are separated by spaces.
-- Number 0 is the empty set. It is there as soon as anything is known of the side's flags.
CREATE TABLE flag_sets (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  number INTEGER NOT NULL CHECK (typeof(number) = 'integer' AND number BETWEEN 0 AND 4294967295),
  flags TEXT NOT NULL CHECK (typeof(flags) = 'text' AND octet_length(flags) <= 65536),
  PRIMARY KEY (idx, side, number)
) WITHOUT ROWID;

-- Which message had which of them. Block n has the messages with UIDs from 1024 * n on; runs is as src/state/flag-runs.ts says.
CREATE TABLE flag_blocks (
  idx INTEGER NOT NULL REFERENCES mailboxes(idx),
  side TEXT NOT NULL CHECK (side IN ('local', 'remote')),
  block INTEGER NOT NULL CHECK (typeof(block) = 'integer' AND block BETWEEN 0 AND 4194303),
  runs BLOB NOT NULL CHECK (typeof(runs) = 'blob' AND length(runs) BETWEEN 1 AND 8192),
  PRIMARY KEY (idx, side, block)
) WITHOUT ROWID;
