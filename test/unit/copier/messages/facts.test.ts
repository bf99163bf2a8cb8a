import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeaderDate } from "../../../../src/copier/messages/dates.ts";
import { type FlagOptions, flagRules, flagTextRules } from "../../../../src/copier/messages/flag-rules.ts";
import { addedHeader, identityRules, wantedLines } from "../../../../src/copier/messages/header-identity.ts";
import { headerFields, normalizedLine } from "../../../../src/copier/messages/header-lines.ts";
import { type LabelRules, labelsOnHost2, parseLabels, writeLabels } from "../../../../src/copier/messages/labels.ts";
import { longestLine } from "../../../../src/copier/messages/message-text.ts";
import { type Ages, searchText, sizeLimits } from "../../../../src/copier/messages/select-messages.ts";
import {
  messagePreparation,
  type MessageToPrepare,
  type Prepared,
  type TransformOptions,
} from "../../../../src/copier/messages/transform.ts";
import { Capabilities } from "../../../../src/imap/capabilities.ts";
import { flagSet, permanentFlags } from "../../../../src/model/flags.ts";
import { formatInternalDate, instantOf } from "../../../../src/model/internal-date.ts";
import { type Fact, facts } from "./facts.ts";

type Rule = (input: never, options: never) => unknown;

interface IdentityInput {
  readonly useheader: readonly string[];
}

interface Flags extends Partial<FlagOptions> {
  /** As in the response code, or empty for none. */
  readonly permanentflags?: string;
}

const flagOptions: FlagOptions = { filterbuggyflags: false, regexflag: [], flagscase: false, filterflags: true };

const rules: Readonly<Record<string, Rule>> = {
  "header.normalize": ([name, value]: [string, string]) => normalizedLine(name, value),
  "header.signature": (header: Record<string, string[]>, { useheader }: IdentityInput) => {
    const fields = Object.entries(header).flatMap(([name, values]) => values.map((value) => ({ name, value })));
    // The original has no header by default there.
    const wanted = { ...identityRules(noOptions), wanted: new Set(useheader.map((name) => name.toUpperCase())) };
    const lines = wantedLines(fields, wanted);
    return lines.length === 0 ? null : lines.join("");
  },
  "header.parse": (header: string) => {
    const values: Record<string, string[]> = {};
    for (const { name, value } of headerFields(header)) (values[name] ??= []).push(value);
    return values;
  },
  "flags.for_host2": (flags: string, { permanentflags, ...options }: Flags) => {
    if (permanentflags === undefined) return flagTextRules({ ...flagOptions, ...options })(flags);
    const permanent = permanentFlags(permanentflags === "" ? undefined : permanentflags.split(" "));
    const kept = flagRules({ ...flagOptions, ...options })(flagSet(flags.split(" ")), permanent);
    // Ours have an order of their own.
    return flags
      .split(" ")
      .filter((flag) => kept.flags.includes(flag))
      .join(" ");
  },
  "flags.permanentflags": ([response]: [string]) => {
    const permanent = permanentFlags(/PERMANENTFLAGS \((.*)\)/.exec(response)?.[1]?.split(" "));
    // An empty list of what is kept is the original's word for all.
    return permanent.mayCreate ? "" : [...permanent.names!].join(" ");
  },
  "flags.case": (flags: string) => flagTextRules({ ...flagOptions, flagscase: true })(flags),
  "flags.regexflag": (flags: string, options: Flags) => flagTextRules({ ...flagOptions, ...options })(flags),
  "select.age": (found: Readonly<Record<string, string[]>>, ages: Partial<Ages>) => {
    const keys = searchText(undefined, { minage: undefined, maxage: undefined, ...ages }, Date.now());
    // Keys that follow each other all have to match.
    const sets = keys?.match(/SENT\w+/g)?.map((key) => found[key.toLowerCase()]!) ?? [];
    return sets.length === 0 ? [] : sets.reduce((one, other) => one.filter((uid) => other.includes(uid)));
  },
  "limit.maxsize": (capability: string, options: { appendlimit?: number; maxsize?: number }) => {
    const { appendLimit } = new Capabilities([capability]);
    const limits = { minsize: undefined, maxsize: undefined, appendlimit: undefined, ...options };
    return sizeLimits(limits, appendLimit).most;
  },
  "labels.subfolder1": (labels: string, { subfolder1 }: LabelRules) =>
    writeLabels(labelsOnHost2(parseLabels(labels), { subfolder1, subfolder2: undefined })),
  "labels.subfolder2": (labels: string, { subfolder2 }: LabelRules) =>
    writeLabels(labelsOnHost2(parseLabels(labels), { subfolder1: undefined, subfolder2 })),
  "date.normalize": (value: string) => formatInternalDate(parseHeaderDate(value)!),
  "date.epoch": (date: string) => instantOf(date) / 1000,
  "msg.addheader": (uid: string) => addedHeader(Number(uid)),
  "msg.truncate": (text: string, options: Partial<TransformOptions>) => transformed(text, options),
  "msg.max_line_length": (text: string) => longestLine(Buffer.from(text)),
  "msg.subject": (text: string) => headerFields(text).find(({ name }) => name === "Subject")?.value ?? "",
  "msg.regexmess": (text: string, options: Partial<TransformOptions>) => transformed(text, options),
  "msg.disarmreadreceipts": (text: string) => transformed(text, { disarmreadreceipts: true }),
  "msg.skipmess": async (text: string, options: Partial<TransformOptions>) =>
    "skipped" in (await prepared(text, options)),
  "flags.filterbuggy": (flags: string) => flagTextRules({ ...flagOptions, filterbuggyflags: true })(flags),
};

const untouched: TransformOptions = {
  ...{ useheader: [], skipheader: undefined, messageidnodomain: false, skipsize: true },
  ...{ syncinternaldates: true, idatefromheader: false },
  ...{ skipmess: [], regexmess: [], disarmreadreceipts: false, pipemess: [], addheader: false, truncmess: undefined },
  ...{ wraplines: undefined, maxlinelength: undefined, maxlinelengthcmd: undefined, minmaxlinelength: undefined },
};

async function prepared(text: string, options: Partial<TransformOptions>): Promise<Prepared<MessageToPrepare>> {
  const message = { uid: 1, bytes: Buffer.from(text, "latin1"), date: undefined };
  return messagePreparation({ ...untouched, ...options })!(message);
}

async function transformed(text: string, options: Partial<TransformOptions>): Promise<string> {
  const result = await prepared(text, options);
  assert.ok("bytes" in result);
  return result.bytes.toString("latin1");
}

const noOptions = {
  useheader: [],
  skipheader: undefined,
  messageidnodomain: false,
  skipsize: true,
  addheader: false,
};

/** Where the table has words instead of a value. */
const inWords: ReadonlyMap<unknown, unknown> = new Map([
  [
    "KEY_3 = [VAL_3]; the value VAL_1_other of KEY_1 is found although the first line begins with a blank",
    { KEY_3: ["VAL_3"], KEY_1: ["VAL_1_other"] },
  ],
]);

for (const fact of facts) {
  void test(`${fact.area}: ${JSON.stringify(fact.input)} ${JSON.stringify(fact.options)}`, async () => {
    assert.deepEqual(await apply(fact), inWords.get(fact.expected) ?? fact.expected);
  });
}

function apply({ area, input, options }: Fact): unknown {
  const rule = rules[area];
  assert.ok(rule !== undefined, `nothing for ${area}`);
  return rule(input as never, options as never);
}
