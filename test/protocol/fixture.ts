// A session with a scripted server, and what its log got to see.

import assert from "node:assert/strict";
import { withQresync } from "../../src/imap/abilities.ts";
import { Capabilities } from "../../src/imap/capabilities.ts";
import type { WireText } from "../../src/imap/codec/write-command.ts";
import type { Command } from "../../src/imap/command.ts";
import { connect, type ConnectOptions } from "../../src/imap/connect.ts";
import { Session } from "../../src/imap/session/session.ts";
import type { Log } from "../../src/log/log.ts";
import { type ErrorCode, InterimapError } from "../../src/model/errors.ts";
import type { Fence } from "../../src/model/fence.ts";
import type { ServerSettings } from "../../src/model/server-settings.ts";
import { someCredentials } from "../support/credentials.ts";
import { errorLine } from "../support/error-line.ts";
import { inetSettings } from "../support/inet-settings.ts";
import { withScript } from "../support/scripted-server.ts";

export interface RecordedLog extends Log {
  readonly lines: readonly string[];
}

/** `debug`: how often --debug was given. */
export function recordedLog(debug: 0 | 1 | 2 = 0): RecordedLog {
  const lines: string[] = [];
  const add = (text: string): void => {
    lines.push(text);
  };
  return { lines, traffic: debug >= 1, showsSecrets: debug >= 2, debug: add, info: add, warn: add, error: add };
}

export interface SessionOptions {
  readonly capabilities?: readonly string[];
  readonly log?: Log;
  readonly fence?: Fence;
}

/** A session that is past its greeting, whose server follows the script. */
export function withSession<T>(script: string, work: (session: Session) => Promise<T>, options: SessionOptions = {}) {
  return withScript(script, async (server) => {
    const { log = recordedLog(), fence } = options;
    const session = new Session(await server.connect(), { side: "local", log, fence });
    session.capabilities = new Capabilities(options.capabilities ?? []);
    session.abilities = withQresync;
    try {
      return await work(session);
    } finally {
      session.destroy();
    }
  });
}

export function command(line: string, more: Partial<Command> = {}): Command {
  return { name: line.split(" ", 1)[0] ?? "", overlap: "any", parts: [line as WireText], ...more };
}

/** The password may be written as text. */
export type SomeSettings = Partial<Omit<ServerSettings, "password">> & {
  readonly password?: string | ServerSettings["password"];
};

export function serverSettings(port: number, more: SomeSettings = {}): ServerSettings {
  const { password } = { password: "p", ...more };
  return {
    transport: inetSettings(port),
    auth: ["PLAIN", "LOGIN"],
    username: "u",
    authzid: undefined,
    token: undefined,
    compress: false,
    connections: 1,
    listReference: "",
    ...more,
    password: typeof password === "string" ? { from: "text", text: password } : password,
  };
}

/** Connects with the credentials of the settings. */
export function connectTo(settings: ServerSettings, options: Omit<ConnectOptions, "credentials">): Promise<Session> {
  return connect(settings, { ...options, credentials: someCredentials(settings) });
}

/** For assert.rejects: an InterimapError with this code whose line matches. */
export function failsWith(code: ErrorCode, line = /(?:)/u) {
  return (error: unknown): true => {
    assert.ok(error instanceof InterimapError, String(error instanceof Error ? error.stack : error));
    assert.equal(error.code, code, errorLine(error));
    assert.match(errorLine(error), line);
    return true;
  };
}
