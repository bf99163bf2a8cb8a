// What the names of mail providers and servers stand for: values where the user gives none, and rules behind the user's.

import type { GivenOptions } from "./options.ts";

interface Preset {
  readonly values?: GivenOptions;
  /** Behind those that the user gives. */
  readonly rules?: Partial<Record<Rule, readonly string[]>>;
  /** Mailboxes that the user has not given another name. */
  readonly f1f2?: ReadonlyMap<string, string>;
  /** Unless the user does without --regexmess of presets: that is how the original does it. */
  readonly wraplines?: number;
}

type Rule = "exclude" | "folderlast" | "regextrans2" | "regexflag";

const gmailHost = "imap.gmail.com";
const gmailHeaders = ["X-Gmail-Received", "Message-Id"];
const allMail = "[Gmail]/All Mail";
/** The one mailbox in which there are only others. */
const gmailRoot = "\\[Gmail\\]$";
const office = "outlook.office365.com";
/** Exchange refuses longer lines. */
const longestLine = 10_239;

const gmail1: Preset = {
  values: {
    host1: gmailHost,
    ssl1: true,
    maxbytespersecond: 40_000,
    maxbytesafter: 3_000_000_000,
    automap: true,
    skipcrossduplicates: true,
    useheader: gmailHeaders,
  },
  rules: { regextrans2: ["s,\\[Gmail\\].,,"], folderlast: [allMail] },
};

const gmail2: Preset = {
  values: {
    host2: gmailHost,
    ssl2: true,
    maxbytespersecond: 20_000,
    maxbytesafter: 1_000_000_000,
    automap: true,
    expunge1: true,
    addheader: true,
    useheader: ["Message-Id"],
  },
  rules: {
    exclude: [gmailRoot],
    // Labels have no blanks at the ends of their levels, and none of these characters.
    regextrans2: ["s,\\[Gmail\\].,,", "s,^ +| +$,,g", "s, */ *,/,g", "s,['\\^\"],_,g"],
    folderlast: [allMail],
  },
};

const gmailToGmail: Preset = {
  values: {
    host1: gmailHost,
    host2: gmailHost,
    ssl1: true,
    ssl2: true,
    maxbytespersecond: 20_000,
    maxbytesafter: 1_000_000_000,
    automap: true,
    skipcrossduplicates: false,
    synclabels: true,
    resynclabels: true,
    useheader: gmailHeaders,
  },
  rules: { exclude: [gmailRoot], folderlast: [allMail] },
};

const office1: Preset = { values: { host1: office, ssl1: true }, rules: { exclude: ["^Files$"] } };

const office2: Preset = {
  values: { host2: office, ssl2: true, maxsize: 45_000_000, maxmessagespersecond: 4, disarmreadreceipts: true },
  wraplines: longestLine,
  f1f2: new Map([["Files", "Files_renamed_by_imapsync"]]),
};

const exchange2: Preset = {
  values: { maxsize: 10_000_000, maxmessagespersecond: 4, disarmreadreceipts: true },
  rules: { regexflag: ["s/\\\\Flagged//g"] },
  wraplines: longestLine,
};

const domino1: Preset = { values: { sep1: "\\", prefix1: "", messageidnodomain: true } };
const domino2: Preset = { values: { sep2: "\\", prefix2: "", messageidnodomain: true } };

function presetsOf(given: GivenOptions): readonly Preset[] {
  const gmails = given.gmail1 === true && given.gmail2 === true ? [gmailToGmail] : undefined;
  return [
    ...(gmails ?? [...(given.gmail1 === true ? [gmail1] : []), ...(given.gmail2 === true ? [gmail2] : [])]),
    ...(given.office1 === true ? [office1] : []),
    ...(given.office2 === true ? [office2] : []),
    ...(given.exchange2 === true ? [exchange2] : []),
    ...(given.domino1 === true ? [domino1] : []),
    ...(given.domino2 === true ? [domino2] : []),
  ];
}

/** The rules of presets that the user does without. */
function unwanted(given: GivenOptions): ReadonlySet<Rule | "f1f2" | "regexmess"> {
  return new Set([
    ...(given.noexclude === true ? ["exclude" as const] : []),
    ...(given.noregexmess === true ? ["regexmess" as const] : []),
    ...(given.noregexflag === true ? ["regexflag" as const] : []),
    ...(given.nof1f2 === true ? ["f1f2" as const] : []),
  ]);
}

/** Of two presets that set the same value the earlier one decides. */
export function withPresets(given: GivenOptions): GivenOptions {
  const without = unwanted(given);
  return presetsOf(given).reduce((all, { values, rules = {}, f1f2, wraplines }) => {
    const names = (Object.keys(rules) as Rule[]).filter((name) => !without.has(name));
    const lists = Object.fromEntries(names.map((name) => [name, behind(all[name], rules[name])]));
    const renamed = f1f2 === undefined || without.has("f1f2") ? {} : { f1f2: new Map([...f1f2, ...(all.f1f2 ?? [])]) };
    const wrapped = wraplines === undefined || without.has("regexmess") ? {} : { wraplines };
    return { ...values, ...wrapped, ...all, ...lists, ...renamed };
  }, given);
}

/** Once, where two presets have the same. */
function behind(list: readonly string[] = [], more: readonly string[] = []): readonly string[] {
  return [...list, ...more.filter((one) => !list.includes(one))];
}
