// A repository of an offlineimaprc as settings of a server.

import { authMechanisms } from "../../model/server-settings.ts";
import { commandForLine, fitsLine, type Gathering, type Notes } from "./imported.ts";
import type { PythonEntry } from "./python-ini.ts";
import { pythonCommand, pythonString } from "./python-words.ts";

export type Repository = ReadonlyMap<string, PythonEntry>;

/** Of type IMAP or Gmail. */
export function offlineimapServer(repository: Repository, notes: Notes): Gathering {
  const settings: Gathering = new Map();
  const get = (name: string): string | undefined => repository.get(name)?.value;
  const isGmail = /^gmail$/i.test(get("type") ?? "");
  reach(repository, settings, { notes, isGmail });
  trust(repository, settings, notes);
  logIn(repository, settings, notes);
  const reference = get("reference");
  if (reference !== undefined && reference !== "") {
    settings.set("list-reference", /[./]$/.test(reference) ? reference : `${reference}/`);
    if (!/[./]$/.test(reference))
      notes.add(
        repository.get("reference")?.line,
        "reference is list-reference now, with / at its end: write the server's delimiter if it is another one",
      );
  }
  const connections = get("maxconnections");
  if (connections !== undefined && /^[1-9]\d?$/.test(connections)) settings.set("connections", connections);
  const compresses = get("usecompression");
  if (compresses !== undefined) settings.set("compress", isYes(compresses) ? "YES" : "NO");
  return settings;
}

interface Reaching {
  readonly notes: Notes;
  readonly isGmail: boolean;
}

function reach(repository: Repository, settings: Gathering, { notes, isGmail }: Reaching): void {
  const get = (name: string): string | undefined => repository.get(name)?.value;
  const tunnel = repository.get("preauthtunnel") ?? repository.get("transporttunnel");
  if (tunnel !== undefined) {
    const command = commandForLine(tunnel.value.replaceAll("\n", " "));
    if (command === undefined)
      notes.add(tunnel.line, "the tunnel was not taken over: a setting cannot hold this command; put it into a script");
    settings.set("type", "tunnel").set("command", command ?? "false");
    return;
  }
  // As OfflineIMAP has it: TLS unless told otherwise.
  const isTls = isGmail || isYes(get("ssl") ?? "yes");
  settings.set("type", isTls ? "imaps" : "imap");
  if (!isTls && !isYes(get("starttls") ?? "yes")) settings.set("STARTTLS", "NO");
  const host = literalOf(repository, "remotehost", notes) ?? (isGmail ? "imap.gmail.com" : undefined);
  if (host !== undefined) settings.set("host", host);
  const port = get("remoteport");
  if (port !== undefined && port !== (isTls ? "993" : "143")) settings.set("port", port);
}

/** The setting, or what `...eval` has where that is a mere text. */
function literalOf(repository: Repository, name: string, notes: Notes): string | undefined {
  const plain = repository.get(name)?.value;
  const expression = repository.get(`${name}eval`);
  if (expression === undefined) return plain;
  const text = pythonString(expression.value);
  if (text === undefined && plain === undefined)
    notes.add(
      expression.line,
      `${name}eval was not taken over: it is Python, which interimap does not run; write it down`,
    );
  return text ?? plain;
}

function trust(repository: Repository, settings: Gathering, notes: Notes): void {
  const authorities = repository.get("sslcacertfile");
  if (authorities !== undefined && authorities.value !== "OS-DEFAULT") settings.set("SSL_CAfile", authorities.value);
  for (const [theirs, ours] of [
    ["sslclientcert", "SSL_cert"],
    ["sslclientkey", "SSL_key"],
  ] as const) {
    const value = repository.get(theirs)?.value;
    if (value !== undefined) settings.set(ours, value);
  }
  const version = repository.get("ssl_version");
  const [, minor] = /^tls1(?:_([123]))?$/.exec(version?.value ?? "") ?? [];
  if (minor !== undefined) {
    const name = minor === "1" ? "TLSv1.1" : `TLSv1.${minor}`;
    settings.set("SSL_protocol_min", name).set("SSL_protocol_max", name);
  } else if (version !== undefined)
    notes.add(version.line, "ssl_version was not taken over: TLS 1.2 and 1.3 are accepted");
  const fingerprint = repository.get("cert_fingerprint");
  if (fingerprint !== undefined)
    notes.add(
      fingerprint.line,
      "cert_fingerprint was not taken over: it belongs to the certificate, SSL_fingerprint to its key; interimap check shows the latter",
    );
}

function logIn(repository: Repository, settings: Gathering, notes: Notes): void {
  const user = literalOf(repository, "remoteuser", notes);
  if (user !== undefined) settings.set("username", user);
  const other = repository.get("remote_identity")?.value;
  if (other !== undefined) settings.set("authzid", other);
  const mechanisms = (repository.get("auth_mechanisms")?.value ?? "").split(/[,\s]+/).filter((one) => one !== "");
  const usable = mechanisms
    .map((one) => one.toUpperCase())
    .filter((one) => authMechanisms.some((known) => known === one));
  if (usable.length > 0) settings.set("auth", usable.join(" "));
  for (const one of mechanisms.filter((name) => !usable.includes(name.toUpperCase())))
    notes.add(
      repository.get("auth_mechanisms")?.line,
      `${one} in auth_mechanisms was not taken over: interimap does not know this mechanism`,
    );
  if (oauth(repository, settings, notes)) return;
  password(repository, settings, notes);
}

/** Whether it logs in with OAuth 2. */
function oauth(repository: Repository, settings: Gathering, notes: Notes): boolean {
  const token = repository.get("oauth2_access_token_eval");
  const request = repository.get("oauth2_request_url");
  const id = repository.get("oauth2_client_id")?.value;
  const secret = repository.get("oauth2_client_secret")?.value;
  if (token !== undefined) {
    const command = pythonCommand(token.value);
    const written = command === undefined ? undefined : commandForLine(command);
    if (written === undefined)
      notes.add(
        token.line,
        "oauth2_access_token_eval was not taken over: it is Python, which interimap does not run; name a command that prints a token as token-command",
      );
    else settings.set("token-command", written);
    return true;
  }
  const refresh =
    repository.get("oauth2_refresh_token") ??
    repository.get("oauth2_refresh_token_eval") ??
    repository.get("oauth2_access_token");
  if (request === undefined && refresh === undefined) return false;
  const provider = /google/.test(request?.value ?? "")
    ? "google"
    : /microsoft/.test(request?.value ?? "")
      ? "microsoft"
      : undefined;
  if (provider === undefined || id === undefined) {
    notes.add(
      (request ?? refresh)?.line,
      "OAuth 2 was not taken over: docs/providers.md says how to set oauth-provider",
    );
    return true;
  }
  settings.set("oauth-provider", provider).set("oauth-client-id", id);
  if (secret !== undefined && secret !== "" && fitsLine(secret)) settings.set("oauth-client-secret", secret);
  notes.add(
    refresh?.line ?? request?.line,
    "tokens were not taken over: run interimap login, with the same --config, once",
  );
  return true;
}

function password(repository: Repository, settings: Gathering, notes: Notes): void {
  const expression = repository.get("remotepasseval");
  const file = repository.get("remotepassfile");
  const plain = repository.get("remotepass");
  if (expression !== undefined) {
    const command = pythonCommand(expression.value);
    const text = pythonString(expression.value);
    const written = command === undefined ? undefined : commandForLine(command);
    if (written !== undefined) settings.set("password-command", written);
    else if (text !== undefined && fitsLine(text)) settings.set("password", text);
    else
      notes.add(
        expression.line,
        "remotepasseval was not taken over: it is Python, which interimap does not run; name a command that prints the password as password-command",
      );
  } else if (plain !== undefined) {
    if (fitsLine(plain.value)) settings.set("password", plain.value);
    else
      notes.add(
        plain.line,
        "remotepass was not taken over: a setting cannot hold this password; put it into a file of yours, and name that in password-file",
      );
  } else if (file !== undefined) settings.set("password-file", file.value);
  else if (!settings.has("command"))
    notes.add(
      (repository.get("remoteuser") ?? repository.get("type"))?.line,
      "there is no password, because OfflineIMAP asks for it or finds it in ~/.netrc: add password-command, for instance",
    );
}

export function isYes(text: string): boolean {
  return /^(?:yes|true|on|1)$/i.test(text);
}
