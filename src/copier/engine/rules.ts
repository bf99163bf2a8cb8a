// What the options of a run mean, as functions that the engine calls: made once, so that what is wrong with one shows at the start.

import { createHash } from "node:crypto";
import { flagRules } from "../messages/flag-rules.ts";
import { addedSignature, headerIdentity, type IdentityRules, identityRules } from "../messages/header-identity.ts";
import { compileMatch, compileRegex, compileSubstitutions } from "../messages/perl-expression.ts";
import { messagePreparation } from "../messages/transform.ts";
import type { Host } from "../options/host.ts";
import type { Options } from "../options/options.ts";
import type { Identity, Rules } from "./copy-run.ts";
import { Selection } from "./selection.ts";

/** @throws InterimapError USAGE for what cannot be understood. */
export function rulesOf(options: Options): Rules {
  const anyOf = (texts: readonly string[], option: string): ((folder: string) => boolean) | undefined => {
    const patterns = texts.map((text) => compileRegex(text, option));
    return patterns.length === 0 ? undefined : (folder) => patterns.some((matches) => matches(folder));
  };
  const identity = identityRules(options);
  const identityOf = (rules: IdentityRules, host: Host): Identity => ({
    ...headerIdentity(rules, host),
    asksAgain: options.wholeheaderifneeded,
  });
  return {
    folders: {
      include: anyOf(options.include, "--include"),
      exclude: anyOf(options.exclude, "--exclude"),
      delete2Only: matchOf(options.delete2foldersonly, "--delete2foldersonly"),
      delete2ButNot: matchOf(options.delete2foldersbutnot, "--delete2foldersbutnot"),
      substitute: compileSubstitutions(options.regextrans2, "--regextrans2"),
    },
    identity: { local: identityOf(identity, 1), remote: identityOf(identity, 2) },
    anyIdentity: {
      local: identityOf({ ...identity, addsHeader: false }, 1),
      remote: identityOf({ ...identity, addsHeader: true }, 2),
    },
    addedSignature: (message) => addedSignature(identity, message),
    wholeHeader: { ...headerIdentity(identityRules({ ...options, ...byWholeHeader }), 2), asksAgain: false },
    flagsOn2: flagRules(options),
    prepare: messagePreparation(options),
    selection: new Selection(options),
    digest: digestOf(options, (name) => !beside.test(name)),
    identityDigest: digestOf(options, (name) => identifying.test(name)),
  };
}

function matchOf(text: string | undefined, option: string): ((folder: string) => boolean) | undefined {
  return text === undefined ? undefined : compileMatch(text, option);
}

/** For messages that have none of the fields by which others are known. */
const byWholeHeader = { useheader: ["ALL"], skipheader: undefined, addheader: false } as const;

/** Options that say where servers are, and how a run is to go about its work, change nothing in what it makes of a folder. */
const beside =
  /^(?:host|port|user|pass|auth|oauth|proxyauth|ssl|tls|timeout|reconnect|keepalive|compress|inet|id$|max(?:mess|bytes)|pid|log|tmpdir|errors|report|json|progress|debug|foldersizes|state$|tail$|show)/;

/** What a message is known by is made of these. */
const identifying = /^(?:useheader|skipheader|messageidnodomain|skipsize|addheader|wholeheaderifneeded)$/;

function digestOf(options: Options, isDeciding: (name: string) => boolean): string {
  const deciding = Object.entries(options).filter(([name]) => isDeciding(name));
  const plain = deciding.map(([name, value]) => [name, value instanceof Map ? [...value] : value]);
  return createHash("sha256").update(JSON.stringify(plain)).digest("base64");
}
