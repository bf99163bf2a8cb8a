// Measures one row: the entrants in turns, each run checked to have done the work.

import { isDeepStrictEqual } from "node:util";
import { otherSide } from "../../src/model/side.ts";
import { diffSnapshots, snapshot } from "../../test/support/snapshot.ts";
import { commandFor, type ProgramName } from "./contenders.ts";
import { startDelayProxy, type Wire } from "./delay-proxy.ts";
import { disturb } from "./disturb.ts";
import { measure } from "./measure.ts";
import { inAgreement } from "./prepare.ts";
import { type ReferenceName, referenceNames, runReference } from "./references.ts";
import type { EntrantName, Measurements, Sample } from "./results.ts";
import type { Row } from "./rows.ts";
import { type Place, type Stage, statuses } from "./stage.ts";

export interface RowOptions {
  readonly pairs: number;
  readonly onSample: (name: EntrantName, sample: Sample) => void;
}

interface ProgramRun {
  readonly sample: Sample;
  readonly wire: Wire | undefined;
}

/** Octets of a store that is small enough to compare message by message. */
const mostToCompare = 50_000_000;

export async function runRow(
  stage: Stage,
  row: Row,
  { pairs, onSample }: RowOptions,
): Promise<Partial<Record<EntrantName, Measurements>>> {
  const prepared = new Map<ProgramName, Place>();
  for (const program of row.start === "in agreement" ? row.programs : []) {
    prepared.set(program, await inAgreement(stage, row.situation, program));
  }
  const entrants: readonly EntrantName[] = [...row.programs, ...(row.references ?? [])];
  const samples = new Map<EntrantName, Sample[]>(entrants.map((name) => [name, []]));
  const wires = new Map<EntrantName, Wire | undefined>();
  const add = (name: EntrantName, sample: Sample): void => {
    samples.get(name)?.push(sample);
    onSample(name, sample);
  };
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of inTurn(entrants, pair)) {
      if (isReference(name)) add(name, await referenceRun(stage, row, name));
      else {
        const { sample, wire } = await programRun({ stage, row, program: name, prepared: prepared.get(name) });
        add(name, sample);
        wires.set(name, wire);
      }
    }
  }
  // A proxy takes time of its own, so without a delay it only counts.
  for (const program of row.link.roundTripMs === 0 ? row.programs : []) {
    const run = { stage, row, program, prepared: prepared.get(program), mustCount: true };
    wires.set(program, (await programRun(run)).wire);
  }
  return Object.fromEntries(
    [...samples].map(([name, all]) => {
      const wire = wires.get(name);
      return [name, { samples: all, ...(wire !== undefined && { wire }) }];
    }),
  );
}

/** A B, then B A, and so on: whoever comes second finds warmer caches. */
function inTurn(entrants: readonly EntrantName[], pair: number): readonly EntrantName[] {
  return pair % 2 === 0 ? entrants : [...entrants].reverse();
}

interface Entry {
  readonly stage: Stage;
  readonly row: Row;
  readonly program: ProgramName;
  readonly prepared: Place | undefined;
  readonly mustCount?: boolean;
}

async function programRun({ stage, row, program, prepared, mustCount = false }: Entry): Promise<ProgramRun> {
  // Where nothing is to be done nothing is used up.
  const isUsedUp = prepared === undefined || row.disturb !== undefined;
  const place =
    prepared === undefined
      ? await stage.firstMeeting(row.situation, row.source)
      : isUsedUp
        ? await stage.copy(prepared, row.situation)
        : prepared;
  if (row.disturb !== undefined) await disturb(place.remote, row.situation, row.disturb);
  const source = row.start === "first copy" ? (row.source ?? "local") : "remote";
  const expected = await whatPeopleSee(place[source]);
  const before = await whatPeopleSee(place[otherSide(source)]);
  if (isUsedUp && isDeepStrictEqual(before, expected)) throw new Error(`${row.name}: there is nothing to do`);

  const { link } = row;
  const proxy = link.roundTripMs > 0 || mustCount ? await startDelayProxy(place.remote, link) : undefined;
  const servers = { local: place.local, remote: proxy?.server ?? place.remote };
  const command = commandFor(program, { servers, link, source, stateDirectory: place.stateDirectory });
  const { status, stderr, ...sample } = await measure(command.words, { cwd: command.directory, env: command.env });
  await proxy?.stop();
  command.forget();
  if (status !== 0) throw new Error(`${row.name}: ${program} ended with status ${status}: ${stderr.slice(0, 1000)}`);
  for (const side of ["local", "remote"] as const) {
    const after = await whatPeopleSee(place[side]);
    if (!isDeepStrictEqual(after, expected)) throw new Error(`${row.name}: ${program} left the ${side} side different`);
  }
  if (mustCount) await compareMessages(row, program, place);
  if (isUsedUp) stage.remove(place);
  return { sample, wire: proxy?.wire() };
}

/** mbsync is not asked: it knows no keywords. */
async function compareMessages({ name, situation }: Row, program: ProgramName, place: Place): Promise<void> {
  if (program.startsWith("mbsync") || situation.mailboxes * situation.messages * situation.size > mostToCompare) return;
  const differences = diffSnapshots(await snapshot(place.local), await snapshot(place.remote));
  if (differences.length > 0) throw new Error(`${name}: ${program}: ${differences.slice(0, 5).join("\n")}`);
}

async function whatPeopleSee(server: Place["local"]): Promise<Record<string, string>> {
  const all = await statuses(server);
  return Object.fromEntries([...all].map(([name, { MESSAGES, UNSEEN }]) => [name, `${MESSAGES} ${UNSEEN}`]));
}

async function referenceRun(stage: Stage, row: Row, name: ReferenceName): Promise<Sample> {
  const place = await stage.firstMeeting(row.situation);
  const sample = await runReference(name, { situation: row.situation, link: row.link, target: place.remote });
  stage.remove(place);
  return sample;
}

function isReference(name: EntrantName): name is ReferenceName {
  return referenceNames.some((one) => one === name);
}
