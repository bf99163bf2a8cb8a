// Two servers in agreement and a program that knows it: what most rows start from.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { commandFor, isOneWay, type ProgramName } from "./contenders.ts";
import { measure } from "./measure.ts";
import type { Situation } from "./situation.ts";
import { type Place, type Stage, statuses } from "./stage.ts";

/** To be copied before anything is changed. */
export function inAgreement(stage: Stage, situation: Situation, program: ProgramName): Promise<Place> {
  return stage.keep(program, situation, () => agree(stage, situation, program));
}

/** Ends with a run that found nothing to do, so that a later one has nothing to make good. */
async function agree(stage: Stage, situation: Situation, program: ProgramName): Promise<Place> {
  // mbsync makes its records itself; the others' can be written at once, however many messages there are.
  const makesRecords = program === "mbsync" || program === "mbsync pull";
  const place = makesRecords ? await stage.firstMeeting(situation, "remote") : await stage.twins(situation);
  if (!makesRecords && !isOneWay(program)) await recordAgreement(place, situation);
  await runToTheEnd(program, place);
  // The first run records what it finds, the second one that nothing was to be done.
  if (program === "imapsync --state") await runToTheEnd(program, place);
  return place;
}

async function runToTheEnd(program: ProgramName, place: Place): Promise<void> {
  const command = commandFor(program, {
    servers: place,
    link: { roundTripMs: 0 },
    source: "remote",
    stateDirectory: place.stateDirectory,
  });
  const { status, stderr } = await measure(command.words, { cwd: command.directory, env: command.env });
  command.forget();
  if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr.slice(0, 1000)}`);
}

/** The database as the original program leaves it, which both read: a message has the same UID on both sides. */
async function recordAgreement(place: Place, situation: Situation): Promise<void> {
  const known = await perSideStatuses(place);
  const database = new Database(join(place.stateDirectory, "bench.db"));
  database.pragma("synchronous = OFF");
  database.exec(readFileSync(new URL("../../migrations/0001-associations.sql", import.meta.url), "utf8"));
  database.pragma("user_version = 1");
  const addMailbox = database.prepare("INSERT INTO mailboxes (mailbox, subscribed) VALUES (?, 0)");
  const addMappings = database.prepare(
    `WITH RECURSIVE uids(uid) AS (SELECT 1 UNION ALL SELECT uid + 1 FROM uids WHERE uid < @messages)
     INSERT INTO mapping SELECT @idx, uid, uid FROM uids`,
  );
  database.transaction(() => {
    for (const name of known.local.keys()) {
      const idx = addMailbox.run(Buffer.from(name, "latin1")).lastInsertRowid;
      for (const side of ["local", "remote"] as const) {
        const { UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ } = known[side].get(name) ?? {};
        database
          .prepare(`INSERT INTO ${side} VALUES (?, ?, ?, ?)`)
          .run(idx, Number(UIDVALIDITY), Number(UIDNEXT), Number(HIGHESTMODSEQ));
      }
      if (situation.messages > 0) addMappings.run({ idx, messages: situation.messages });
    }
  })();
  database.close();
}

async function perSideStatuses(place: Place) {
  const [local, remote] = await Promise.all([statuses(place.local), statuses(place.remote)]);
  return { local, remote };
}
