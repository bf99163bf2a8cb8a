// Where the password of a user, or the token in place of it, comes from.

import { existsSync } from "node:fs";
import type { Ask } from "../../credentials/kept-secret.ts";
import { InterimapError } from "../../model/errors.ts";
import { AccountFailure } from "./account-failure.ts";
import type { HostOptions } from "./host-options.ts";
import { readSecretLine, type SecretLine } from "./secret-file.ts";

type SecretOptions = Pick<
  HostOptions,
  "number" | "name" | "password" | "passfile" | "passwordcommand" | "oauthaccesstoken" | "oauthdirect"
>;

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (text: string) => void;
  /** Without echo; undefined: nobody is there to be asked. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined;
}

export interface PasswordSource {
  readonly ask: Ask;
  /** Known without asking. */
  readonly known: readonly string[];
}

/** Whatever comes first counts: a command, a file, the environment, the option, somebody at the terminal. */
export async function passwordSource(
  options: SecretOptions & { readonly user: string },
  { env, warn, ask }: Surroundings,
): Promise<PasswordSource> {
  const { number, name, user, password: given, passwordcommand } = options;
  const [inFile, inEnvironment] = [fromFile(options, warn), env[`IMAPSYNC_PASSWORD${number}`]];
  if (passwordcommand !== undefined) {
    if (given !== undefined) warn(`--password${number} is not used, because of --passwordcommand${number}`);
    return { ask: asking(passwordcommand, `--passwordcommand${number}`, ask !== undefined), known: [] };
  }
  const sources = [
    { text: inFile?.text, from: `--passfile${number}` },
    { text: inEnvironment === "" ? undefined : inEnvironment, from: `the environment (IMAPSYNC_PASSWORD${number})` },
    { text: given === "" ? undefined : given, from: `--password${number}` },
  ];
  const source = sources.find(({ text }) => text !== undefined);
  if (source?.text !== undefined) {
    const { text, from } = source;
    if (given !== undefined && given !== text)
      warn(`the password is that of ${from}; --password${number} is another one`);
    const isInFile = source === sources[0] && inFile?.isThereAgain === true;
    return fixed(text, isInFile ? () => inTime(() => fromFile(options)?.text ?? text) : undefined);
  }
  if (ask !== undefined) return fixed(await ask(`${name}: password of ${user}: `));
  const ways = `--passfile${number}, --passwordcommand${number}, or IMAPSYNC_PASSWORD${number} in the environment`;
  throw new AccountFailure(
    "EX_USAGE",
    `${name} failure: there is no password for user${number} [${user}]; give ${ways}`,
  );
}

function fixed(text: string, again: () => string = () => text): PasswordSource {
  return { ask: () => Promise.resolve(again()), known: [text] };
}

/** Reading a secret during the run may fail, as servers may. */
function inTime<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new InterimapError("CREDENTIALS", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function fromFile({ number, passfile }: SecretOptions, warn?: (text: string) => void): SecretLine | undefined {
  if (passfile === undefined) return undefined;
  const line = readable(`--passfile${number}`, passfile);
  if (line.isReadByOthers) warn?.(`--passfile${number} ${passfile}: others can read it ( chmod 600 is for you alone )`);
  return line;
}

/** @throws AccountFailure EX_NOINPUT */
function readable(option: string, path: string): SecretLine {
  try {
    const line = readSecretLine(path);
    if (line.text !== "") return line;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : (code ?? String(error));
    throw new AccountFailure("EX_NOINPUT", `${option} ${path} cannot be read: ${reason}`, { cause: error });
  }
  throw new AccountFailure("EX_NOINPUT", `the first line of ${option} ${path} is empty`);
}

function asking(command: string, option: string, mayAsk: boolean): Ask {
  return async (signal) => {
    // Loaded where it is needed.
    const { secretFrom } = await import("../../credentials/secret-from.ts");
    const place = { setting: option, name: option };
    return secretFrom({ from: "command", command }, { place, signal, mayAsk });
  };
}

export interface TokenSource {
  /** Asked for each login: a token in a file lasts an hour, and is replaced meanwhile. */
  readonly token: () => string;
  /** Whose token it is, where it says so itself. */
  readonly user: string | undefined;
  readonly known: readonly string[];
}

/** Undefined: no token was given. @throws AccountFailure EX_USAGE, EX_NOINPUT */
export function tokenSource(options: SecretOptions): TokenSource | undefined {
  const { number, oauthaccesstoken, oauthdirect } = options;
  if (oauthdirect !== undefined) {
    const { text, again } = valueOrLine(`--oauthdirect${number}`, oauthdirect);
    const { user, token } = directParts(text, number);
    return { token: () => inTime(() => directParts(again(), number).token), user, known: [text, token] };
  }
  if (oauthaccesstoken === undefined) return undefined;
  const { text, again } = valueOrLine(`--oauthaccesstoken${number}`, oauthaccesstoken);
  return { token: () => inTime(again), user: undefined, known: [text] };
}

/** The first line of a file, where there is one of that name now; else the value itself. */
function valueOrLine(option: string, value: string): { readonly text: string; readonly again: () => string } {
  const line = existsSync(value) ? readable(option, value) : undefined;
  const text = (line?.text ?? value).trim();
  return { text, again: line?.isThereAgain === true ? () => readable(option, value).text.trim() : () => text };
}

interface Direct {
  readonly user: string;
  readonly token: string;
}

/** The initial response of XOAUTH2, in base64. */
function directParts(text: string, number: HostOptions["number"]): Direct {
  const decoded = Buffer.from(text, "base64").toString("utf8");
  const [, user, token] = /^user=([^\x01]*)\x01auth=Bearer ([^\x01]+)\x01\x01$/i.exec(decoded) ?? [];
  if (user !== undefined && token !== undefined) return { user, token };
  throw new AccountFailure("EX_USAGE", `--oauthdirect${number} is not what XOAUTH2 sends, in base64`);
}
