// The command line of imapsync-web.

import { BadValue } from "../../config/bad-value.ts";
import { InterimapError } from "../../model/errors.ts";
import { parseWords } from "../../util/option-parser.ts";
import { type Endpoint, endpoint } from "../configuration/parsers.ts";

export interface WebOption {
  readonly name: string;
  /** As the help calls the value; undefined where there is none. */
  readonly valueName?: string;
  /** Without a full stop. */
  readonly describe: string;
}

export const webOptions: readonly WebOption[] = [
  { name: "config", valueName: "FILE", describe: "read this configuration file" },
  { name: "listen", valueName: "ADDRESS:PORT", describe: "listen there, whatever the configuration says" },
  { name: "check", describe: "only check the configuration" },
  { name: "help", describe: "show this help" },
  { name: "version", describe: "show the version" },
];

export interface WebInvocation {
  readonly command: "serve" | "check" | "help" | "version";
  readonly config: string | undefined;
  readonly listen: Endpoint | undefined;
}

/** @throws InterimapError USAGE */
export function parseWebArguments(argv: readonly string[]): WebInvocation {
  const { options, positionals, extra, error } = parseWords(
    argv,
    webOptions.map(({ name, valueName }) => ({ name, hasValue: valueName !== undefined })),
  );
  const [surplus] = [...positionals, ...extra];
  if (surplus !== undefined) throw usage(`what is "${surplus}"?`);
  for (const [name, values] of options) {
    const known = webOptions.find((option) => option.name === name);
    if (known === undefined) throw usage(`unknown option "--${name}"`);
    if (known.valueName === undefined && values.some((value) => value !== "")) throw usage(`--${name} takes no value`);
    if (known.valueName !== undefined && values.at(-1) === "") throw usage(`--${name} needs a value`);
  }
  if (error !== undefined) throw usage(error);
  const command = (["help", "version", "check"] as const).find((name) => options.has(name)) ?? "serve";
  const listen = options.get("listen")?.at(-1);
  return {
    command,
    config: options.get("config")?.at(-1),
    listen: listen === undefined ? undefined : endpointOf(listen),
  };
}

function endpointOf(text: string): Endpoint {
  try {
    return endpoint(text);
  } catch (error) {
    if (error instanceof BadValue) throw usage(`--listen: bad value "${text}"; expected ${error.expected}`);
    throw error;
  }
}

function usage(message: string): InterimapError {
  return new InterimapError("USAGE", message, { hint: "see imapsync-web --help" });
}
