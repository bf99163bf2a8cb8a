// What has to be known of a server, from what was given, from what its login tells, and from whoever can be asked.

import { existsSync } from "node:fs";
import type { Discovery, FoundServer } from "../../discovery/discover.ts";
import { hostAndPort } from "../../model/host-and-port.ts";
import type { Side } from "../../model/side.ts";
import type { SideSettings } from "./config-text.ts";
import { dovecotOn } from "./dovecot-command.ts";
import type { Questions } from "./questions.ts";

export interface Completing {
  readonly side: Side;
  readonly given: SideSettings;
  /** What was answered before, and did not work. */
  readonly before: SideSettings;
  /** Undefined: nobody can be asked. */
  readonly questions: Questions | undefined;
  readonly find: (login: string) => Promise<Discovery>;
  readonly say: (...lines: readonly string[]) => void;
}

export interface Completed {
  readonly settings: SideSettings;
  /** Settings that nobody told. */
  readonly missing: readonly string[];
}

const dovecot = "/usr/lib/dovecot/imap";
const secrets = [
  ...["password", "password-command", "password-file", "password-credential"],
  ...["token-command", "token-file", "token-credential", "oauth-provider", "SSL_cert"],
];

export async function completeSide(completing: Completing): Promise<Completed> {
  const { side, given, questions } = completing;
  if (given.get("type") === "tunnel" || given.has("command")) return tunnel(given);
  const isOpen = side === "local" && given.size === 0 && questions !== undefined;
  if (isOpen && !existsSync(dovecot))
    completing.say("  (To keep the mail on this machine, install Dovecot first: Debian's package dovecot-imapd.)");
  if (isOpen && existsSync(dovecot)) {
    completing.say("  1  Dovecot on this machine, with mail in ~/Maildir", "  2  another IMAP server");
    if ((await questions.ask("Which", "1")) !== "2")
      return tunnel(
        new Map([
          ["command", dovecotOn("~/Maildir")],
          ["null-stderr", "YES"],
        ]),
      );
  }
  return server(completing);
}

function tunnel(given: SideSettings): Completed {
  const settings = new Map([["type", "tunnel"], ...given]);
  return { settings, missing: settings.has("command") ? [] : ["command"] };
}

async function server({ given, before, questions, find, say }: Completing): Promise<Completed> {
  const settings = new Map<string, string>();
  const missing: string[] = [];
  const settle = async (name: string, question: string, usual?: string): Promise<string> => {
    const value =
      given.get(name) ?? (questions === undefined ? usual : await answerTo(questions, { name, question, usual }));
    if (value === undefined || value === "") missing.push(name);
    else settings.set(name, value);
    return value ?? "";
  };
  const username = await settle("username", "Login, usually the mail address", before.get("username"));
  const { servers, provider } = given.has("host") ? nothing : await find(username);
  const words = provider === undefined ? [] : wordsOn(provider);
  if (words.length > 0) say(...words);
  const [best] = servers;
  const answer = await settle(
    "host",
    "Server",
    (username === before.get("username") ? placeOf(before) : undefined) ?? best?.host,
  );
  const { host, port } = hostAndPort(answer) ?? { host: answer, port: undefined };
  const found = servers.find((one) => one.host === host && (port === undefined || one.port === Number(port)));
  if (port !== undefined) settings.set("host", host).set("port", port);
  if (port === "143") settings.set("type", "imap");
  for (const [name, value] of howToReach(found)) if (!given.has(name)) settings.set(name, value);
  for (const [name, value] of given) settings.set(name, value);
  if (!secrets.some((name) => given.has(name))) await settleSecret({ settings, missing, questions });
  const first = ["type", "host", "port", "username"].filter((name) => settings.has(name));
  return { settings: new Map([...first.map((name) => [name, settings.get(name)!] as const), ...settings]), missing };
}

/** As somebody would answer it. */
function placeOf(settings: SideSettings): string | undefined {
  const [host, port] = [settings.get("host"), settings.get("port")];
  return host !== undefined && port !== undefined ? `${host}:${port}` : host;
}

const nothing: Discovery = { servers: [], provider: undefined };

/** The default is TLS on its port. */
function howToReach(found: FoundServer | undefined): readonly (readonly [string, string])[] {
  if (found === undefined) return [];
  if (found.security === "starttls") return [["type", "imap"], ...(found.port === 143 ? [] : [portOf(found)])];
  return found.port === 993 ? [] : [portOf(found)];
}

function portOf({ port }: FoundServer): readonly [string, string] {
  return ["port", String(port)];
}

async function settleSecret({
  settings,
  missing,
  questions,
}: Pick<Completing, "questions"> & { settings: Map<string, string>; missing: string[] }): Promise<void> {
  const password = await questions?.askHidden("Password (not shown; leave empty if a command prints it)");
  if (password !== undefined && password !== "") {
    settings.set("password", password);
    return;
  }
  const command = await questions?.ask("Command that prints it");
  if (command === undefined || command === "") missing.push("password-command");
  else settings.set("password-command", command);
}

function wordsOn({ name, accepts, isOffAtFirst, obstacle }: NonNullable<Discovery["provider"]>): string[] {
  return [
    ...(obstacle === "no imap" ? [`  ${name} has no IMAP.`] : []),
    ...(obstacle === "bridge only" ? [`  ${name} has IMAP only through its Bridge, a program on your machine.`] : []),
    ...(accepts[0] === "app password" ? [`  ${name} requires an app password: create one in its settings.`] : []),
    ...(accepts.length > 0 && accepts.every((one) => one === "oauth")
      ? [`  ${name} requires OAuth 2: docs/providers.md says how to set it up.`]
      : []),
    ...(isOffAtFirst ? [`  IMAP must be allowed in the settings of ${name}.`] : []),
  ];
}

interface Asked {
  readonly name: string;
  readonly question: string;
  readonly usual: string | undefined;
}

/** Nothing is no server, which is asked for again: the configuration would mean localhost. */
async function answerTo(questions: Questions, { name, question, usual }: Asked): Promise<string> {
  const answer = await questions.ask(question, usual);
  return answer === "" && name === "host" ? answerTo(questions, { name, question, usual: undefined }) : answer;
}
