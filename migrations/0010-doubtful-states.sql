-- Version 10: servers that do not tell of every change.

-- HIGHESTMODSEQ 1 of a mailbox that has, or had, messages may be what a server says that has no mod-sequences of it, whatever
-- changes there. As after an interruption the next run looks at the mailbox, and finds out.
INSERT OR IGNORE INTO rounds (idx, lfloor, rfloor)
SELECT idx, local.UIDNEXT, remote.UIDNEXT FROM local JOIN remote USING (idx)
WHERE (local.HIGHESTMODSEQ = 1 AND local.UIDNEXT > 1) OR (remote.HIGHESTMODSEQ = 1 AND remote.UIDNEXT > 1);
