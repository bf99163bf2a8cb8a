// Messages that `--regexmess`, `--pipemess` and others change so that the next run does not know their copies.

import { endOfHeader } from "../messages/message-text.ts";
import type { CopyRun, Identity } from "./copy-run.ts";

interface Changed {
  readonly folder1: string;
  readonly uid: number;
  readonly original: Buffer;
  readonly copy: Buffer;
  /** See Merge.placeOf(). */
  readonly place: string | undefined;
}

const told = new WeakSet<CopyRun>();

/** Says so of the first. A memory knows copies whatever is in them. */
export function tellChangedIdentity(run: CopyRun, { folder1, uid, original, copy, place }: Changed): void {
  if (run.memory !== undefined || copy === original || told.has(run)) return;
  const { local, remote } = run.rules.identity;
  const signed = ({ sign }: Identity, bytes: Buffer): string | undefined =>
    sign(bytes.subarray(0, endOfHeader(bytes)), { uid, size: bytes.length, place });
  if (signed(local, original) === signed(remote, copy)) return;
  told.add(run);
  const text = `message ${folder1}/${String(uid)}, and perhaps others, is changed in what identifies it: the next run will copy it again, unless both have --useuid or --state`;
  run.emit({ type: "notice", text, isWarning: true });
}
