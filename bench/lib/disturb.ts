// What happens to a server's mail before a run, for the run to bring to the other side.

import { formatInternalDate } from "../../src/model/internal-date.ts";
import type { MailServer } from "../../test/support/mail-server.ts";
import { RawImap } from "../../test/support/raw-imap.ts";
import { mailboxNames, plainMessage, type Situation } from "./situation.ts";

export type Disturbance = (imap: RawImap, situation: Situation) => Promise<void>;

export async function disturb(server: MailServer, situation: Situation, disturbance: Disturbance): Promise<void> {
  const imap = await RawImap.login(server);
  await disturbance(imap, situation);
  await imap.close();
}

export async function oneNewMessageInEach(imap: RawImap, situation: Situation): Promise<void> {
  for (const mailbox of mailboxNames(situation)) {
    // It came now. One with an old date may have been copied or moved from another mailbox, and is looked for.
    const internalDate = formatInternalDate({ instant: Date.now(), zoneMinutes: 0 });
    await imap.append(mailbox, [{ ...plainMessage(`new-${mailbox}`, 2_000), internalDate }]);
  }
}

/** As in an account that is read: here something is deleted, there something arrives. */
export async function oneNewAndTwoGoneInEach(imap: RawImap, situation: Situation): Promise<void> {
  await oneNewMessageInEach(imap, situation);
  for (const mailbox of mailboxNames(situation)) {
    await imap.run(`SELECT ${mailbox}`);
    await imap.run("UID STORE 1:2 +FLAGS.SILENT (\\Deleted)");
    await imap.run("EXPUNGE");
  }
}

export async function oneFlagInEach(imap: RawImap, situation: Situation): Promise<void> {
  for (const mailbox of mailboxNames(situation)) {
    await imap.run(`SELECT ${mailbox}`);
    await imap.run("UID STORE 1 +FLAGS.SILENT (\\Seen)");
  }
}

const flagLists = [
  ...["\\Seen", "\\Flagged", "\\Answered", "\\Draft"],
  ...["\\Seen \\Flagged", "\\Seen \\Answered", "\\Flagged \\Answered", "\\Seen \\Flagged \\Answered"],
];

/** Eight flag lists, scattered: the hardest case for whoever wants to put UIDs together. */
export async function flagsOfEverySecond(imap: RawImap, { messages }: Situation): Promise<void> {
  await imap.run("SELECT INBOX");
  for (const [i, flags] of flagLists.entries()) {
    await forUids(every(2 * flagLists.length, 2 * i + 1, messages), (uids) =>
      imap.run(`UID STORE ${uids} FLAGS.SILENT (${flags})`),
    );
  }
}

export async function expungeEverySecond(imap: RawImap, { messages }: Situation): Promise<void> {
  await imap.run("SELECT INBOX");
  await forUids(every(2, 1, messages), (uids) => imap.run(`UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`));
  await imap.run("EXPUNGE");
}

/** As somebody does who archives a year, in a mailbox of its own. */
export async function archiveHalf(imap: RawImap, { messages }: Situation): Promise<void> {
  await imap.run("CREATE Archive");
  await imap.run("SELECT INBOX");
  await imap.run(`UID MOVE 1:${Math.floor(messages / 2)} Archive`);
}

export async function renameMailbox(imap: RawImap): Promise<void> {
  await imap.run("RENAME box1 renamed");
}

function every(step: number, first: number, last: number): number[] {
  return Array.from({ length: Math.ceil((last - first + 1) / step) }, (_, i) => first + i * step);
}

/** In commands short enough for the server. */
async function forUids(uids: readonly number[], work: (set: string) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < uids.length; i += 5_000) await work(uids.slice(i, i + 5_000).join(","));
}
