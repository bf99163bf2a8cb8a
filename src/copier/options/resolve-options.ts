// What holds where the command line says nothing: presets, what follows from other options, and plain defaults. Pure.

import type { OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";
import type { GivenOptions, Options } from "./options.ts";
import { withPresets } from "./presets.ts";

const rows: readonly (readonly [string, OptionSpec])[] = Object.entries(optionTable);

/** The values that the engine reads. */
export function resolveOptions(given: GivenOptions): Options {
  const wanted = withPresets(given);
  const set: Options = { ...plainDefaults, ...wanted };
  return { ...set, ...identity(wanted, given), ...modes(wanted), ...deletions(wanted), ...perHost(wanted, set) };
}

const plainDefaults = Object.fromEntries(rows.map(([name, spec]) => [name, plainDefault(spec)])) as Options;

function plainDefault({ kind, ...spec }: OptionSpec): unknown {
  if (kind === "strings") return [];
  if (kind === "pairs") return new Map();
  if ("default" in spec) return spec.default;
  return (kind === "boolean" || kind === "flag") && !("mayBeOpen" in spec) ? false : undefined;
}

/** `given`: without presets. */
function identity(wanted: GivenOptions, given: GivenOptions): GivenOptions {
  const usecache = wanted.usecache ?? wanted.useuid ?? false;
  return {
    usecache,
    cacheaftercopy: wanted.cacheaftercopy ?? usecache,
    // Where messages are known by their UIDs there is nothing to recognise them by in other folders.
    skipcrossduplicates: given.skipcrossduplicates ?? (wanted.skipcrossduplicates === true && !usecache),
    useheader: wanted.useheader ?? ["Message-Id", "Received"],
  };
}

function modes(wanted: GivenOptions): GivenOptions {
  const { dry = false, foldersizes = true } = wanted;
  return {
    dry1: dry && (wanted.dry1 ?? true),
    foldersizesatend: wanted.foldersizesatend ?? foldersizes,
    checknoabletosearch: wanted.checknoabletosearch ?? wanted.justfolders !== true,
  };
}

function deletions(wanted: GivenOptions): GivenOptions {
  const { delete2 = false, syncduplicates = false, useuid = false } = wanted;
  // What is recognised by headers: by UID, there are no duplicates.
  const delete2duplicates = !syncduplicates && (wanted.delete2duplicates ?? (delete2 && !useuid));
  const isForSome = wanted.delete2foldersonly !== undefined || wanted.delete2foldersbutnot !== undefined;
  return {
    expunge1: wanted.expunge1 ?? wanted.delete1 ?? false,
    delete2duplicates,
    uidexpunge2: wanted.uidexpunge2 ?? (delete2 || delete2duplicates),
    delete2folders: wanted.delete2folders ?? isForSome,
  };
}

/** From the option for both. */
function perHost(wanted: GivenOptions, { authmd5, timeout, abletosearch, debugimap }: Options): GivenOptions {
  const search1 = wanted.search1 ?? wanted.search;
  const search2 = wanted.search2 ?? wanted.search;
  return {
    authmd51: wanted.authmd51 ?? authmd5,
    authmd52: wanted.authmd52 ?? authmd5,
    timeout1: wanted.timeout1 ?? timeout,
    timeout2: wanted.timeout2 ?? timeout,
    abletosearch1: wanted.abletosearch1 ?? abletosearch,
    abletosearch2: wanted.abletosearch2 ?? abletosearch,
    debugimap1: wanted.debugimap1 ?? debugimap,
    debugimap2: wanted.debugimap2 ?? debugimap,
    ...(search1 === undefined ? {} : { search1 }),
    ...(search2 === undefined ? {} : { search2 }),
  };
}
