// Which options may come from the web, and what the fields of a form make of them. Whatever is not in these tables cannot be
// reached: files of the server, programs, Perl, other ways to log in, proxies, and less TLS than there should be.

import type { OptionSpec } from "../copier/options/option-spec.ts";
import { optionTable } from "../copier/options/option-table.ts";
import {
  asCount,
  asFingerprint,
  asFolder,
  asHost,
  asNothing,
  asPair,
  asShownFolder,
  asShownPairs,
  asSwitch,
  asText,
  FieldError,
  hostAndPort,
  passwordIn,
  type Reader,
} from "./form-values.ts";
import type { CopySpec, JobSecrets } from "./job-spec.ts";

/** By name; a field that comes several times has a list. */
export type FormFields = Readonly<Record<string, string | readonly string[] | undefined>>;

export type FormReading = Pick<CopySpec, "options" | "secrets"> | WrongField;

export interface WrongField {
  readonly field: string;
  /** A sentence for whoever filled the form in. */
  readonly error: string;
}

type Readers = Readonly<Record<string, Reader>>;

function both(name: string, reader: Reader): Readers {
  return { [`${name}1`]: reader, [`${name}2`]: reader };
}

function all(names: readonly string[], reader: Reader): Readers {
  return Object.fromEntries(names.map((name) => [name, reader]));
}

const accounts: Readers = { ...both("host", asHost), ...both("user", asText) };

/** The fields of our page. */
const ofPage: Readers = {
  ...accounts,
  ...all(["dry", "justlogin", "justfoldersizes", "justfolders", "delete1", "delete2"], asSwitch),
  ...both("subfolder", asShownFolder),
  f1f2: asShownPairs,
  ...both("fingerprint", asFingerprint),
};

/** The fields of the original's page. */
const ofOriginal: Readers = {
  ...accounts,
  ...all(["dry", "dry1", "justlogin", "justconnect", "justbanner", "justfolders", "justfoldersizes"], asSwitch),
  ...all(["justautomap", "addheader", "automap", "syncduplicates", "skipcrossduplicates"], asSwitch),
  ...all(["delete1", "delete2", "delete2duplicates"], asSwitch),
  ...both("ssl", asSwitch),
  ...both("tls", asSwitch),
  ...both("compress", asSwitch),
  ...both("gmail", asSwitch),
  ...both("office", asSwitch),
  ...both("exchange", asSwitch),
  ...both("domino", asSwitch),
  ...both("subfolder", asText),
  f1f2: asPair,
  folder: asFolder,
  exitwhenover: asCount,
  // The server sees to these: it ends jobs, shows their logs, queues them under load, and keeps files where it likes.
  ...all(["abort", "abortbyfile", "tail", "log", "loglogfile", "exitonload", "tmphash", "var"], asNothing),
  // There are no such reports and tests.
  ...all(["emailreport1", "emailreport2", "emailreportfrom"], asNothing),
  ...all(["testslive", "testslive6", "simulong", "debugsleep"], asNothing),
};

/**
 * What holds for all jobs from the web, as in the original, which also forces these:
 * - `useheader` (Message-Id, Received): that is what holds by default, and where a provider's preset has others, with reason;
 * - `usecache` 0, no trace of IMAP: these are the defaults, and cannot be changed;
 * - `umask`, the pid file as a lock, `tail`, `loglogfile`, `exitonload`: the server has its own ways.
 */
const forced = ["--nolog", "--errorsmax=500", "--skipemptyfolders", "--addheader", "--filterbuggyflags"] as const;

/** The presets of these providers have a lower limit of their own, above which they refuse messages. */
const withLowerLimit = /^--(?:office|exchange)2$/;

/** A field that reads like an option which is not in the table must not be passed over: it may be what keeps mail from harm. */
const spelledOut: ReadonlySet<string> = new Set(
  Object.entries<OptionSpec>(optionTable).flatMap(([name, { aliases = [], kind }]) =>
    [name, ...aliases].flatMap((one) => [one.toLowerCase(), ...(kind === "boolean" ? [`no${one.toLowerCase()}`] : [])]),
  ),
);

/** Of our page: JobForm's fields. Others are passed over, unless they are options. */
export function optionsOfPage(fields: FormFields): FormReading {
  return orWrong(() => {
    const presets = ([1, 2] as const).flatMap((number) => presetOf(textOf(fields, `host${number}`), number));
    return jobOf([...optionsIn(fields, ofPage), ...presets, "--automap"], fields);
  });
}

/** Of the original's page, and of programs that post what that would. */
export function optionsOfOriginal(fields: FormFields): FormReading {
  return orWrong(() => jobOf(optionsIn(fields, ofOriginal), fields));
}

/** For a job that shows which folder would go to which, and changes nothing. */
export function previewOptions(options: readonly string[]): string[] {
  return [...options, "--dry", "--justfolders", "--nofoldersizes", "--noskipemptyfolders"];
}

function orWrong(read: () => FormReading): FormReading {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldError) return { field: error.field, error: error.message };
    throw error;
  }
}

function jobOf(options: readonly string[], fields: FormFields): FormReading {
  requireAccounts(options);
  if (options.includes("--delete1") && options.includes("--delete2"))
    throw new FieldError("delete2", "Choose one: a move deletes at the source, a strict sync at the destination.");
  const more = [
    ...(options.some((option) => withLowerLimit.test(option)) ? [] : ["--maxsize=1000000000"]),
    // Else duplicates would be made that are to be deleted.
    ...(options.includes("--delete2duplicates") ? [] : ["--syncduplicates"]),
  ];
  return { options: [...new Set([...options, ...forced, ...more])], secrets: secretsIn(fields) };
}

function optionsIn(fields: FormFields, readers: Readers): string[] {
  return Object.entries(fields).flatMap(([field, given]) => {
    const values = [given ?? []].flat().filter((value) => value.trim() !== "");
    if (values.length === 0 || secretFields.includes(field)) return [];
    const reader = Object.hasOwn(readers, field) ? readers[field] : undefined;
    if (reader === undefined) {
      if (!spelledOut.has(field.toLowerCase())) return [];
      throw new FieldError(field, `The option “${field}” cannot be used from the web.`);
    }
    if (values.length > 1 && !isList(reader)) throw new FieldError(field, "This field is there more than once.");
    return values.flatMap((value) => reader(field, value));
  });
}

/** What a person, a key of a job, and the copier took for the value could be three things. */
function isList(reader: Reader): boolean {
  return [asPair, asFolder, asNothing].includes(reader);
}

const secretFields = ["password1", "password2"];

function secretsIn(fields: FormFields): JobSecrets {
  const [password1 = "", password2 = ""] = secretFields.map((field) => {
    const password = passwordIn(field, textOf(fields, field));
    if (password === "") throw new FieldError(field, "A password is missing.");
    return password;
  });
  return { password1, password2 };
}

function textOf(fields: FormFields, field: string): string {
  const [value = "", ...others] = [fields[field] ?? []].flat();
  if (others.length > 0) throw new FieldError(field, "This field is there more than once.");
  return value;
}

function requireAccounts(options: readonly string[]): void {
  for (const number of [1, 2]) {
    const has = (name: string): boolean => options.some((option) => option.startsWith(`--${name}${number}`));
    if (!has("host") && !has("gmail") && !has("office"))
      throw new FieldError(`host${number}`, "The name of a server is missing.");
    if (!has("user")) throw new FieldError(`user${number}`, "A user name is missing.");
  }
}

/** For servers that are known to need one. */
function presetOf(hostText: string, number: 1 | 2): string[] {
  const { host } = hostAndPort(hostText);
  if (/^imap\.(?:gmail|googlemail)\.com$/i.test(host)) return [`--gmail${number}`];
  if (/^outlook\.office365\.com$/i.test(host)) return [`--office${number}`];
  return [];
}
