// Options of the original that are accepted and do nothing: they served its web page, its own tests, or a limit that is no more.

import { type OptionSpec, perHost } from "../option-spec.ts";

const toggle = { group: "Obsolete", kind: "boolean" } as const;
const number = { group: "Obsolete", kind: "number" } as const;
const text = { group: "Obsolete", kind: "string" } as const;

export const obsoleteOptions = {
  ...perHost("domain", text),
  trylogin: toggle,
  showpasswords: toggle,
  ...perHost("split", number),
  buffersize: number,
  ...perHost("fastio", toggle),
  create_folder_old: toggle,
  checkselectable: toggle,
  checkmessageexists: toggle,
  fetch_hash_set: text,
  expungeaftereach: toggle,
  allowsizemismatch: toggle,
  ...perHost("uid", toggle),
  exitonload: toggle,
  dockercontext: toggle,
  ...perHost("emailreport", toggle),
  emailreportfrom: text,
  var: { group: "Obsolete", kind: "strings" },
  tmphash: text,
  loglogfile: toggle,
  releasecheck: toggle,
  modulesversion: { ...toggle, aliases: ["modules_version"], isAll: true },
  tests: { ...toggle, isAll: true },
  testsdebug: { ...toggle, aliases: ["tests_debug"], isAll: true },
  testsunit: { group: "Obsolete", kind: "strings", isAll: true },
  testslive: { ...toggle, isAll: true },
  testslive6: { ...toggle, isAll: true },
  simulong: number,
  debugsleep: number,
  memorystress: toggle,
  fixcolonbug: toggle,
  debugcontent: toggle,
  debugssl: number,
  debugmemory: toggle,
  debugcgi: toggle,
  debugenv: toggle,
  debugdev: toggle,
} as const satisfies Record<string, OptionSpec>;
