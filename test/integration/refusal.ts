// A run that ends as it should where it cannot do its work: at once, with one line and the right exit code, and without
// showing a password.

import assert from "node:assert/strict";
import type { ExitCode } from "../../src/model/exit-code.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import type { MailServer } from "../support/mail-server.ts";
import { interimapCommand, type InterimapHome, runInterimap } from "../support/run-interimap.ts";

/** Unlike the servers' usual "p", this can be looked for in what a run prints. */
export const password = "sw0rdf1sh";

/** Lines for Dovecot's configuration: it takes our password too, and refuses a wrong one without making us wait. */
export const passwordConfig = `
${promptFailures}
passdb {
  driver = static
  args = password=${password}
}`;

export function withPassword(server: MailServer): MailServer {
  return { ...server, password };
}

export interface Refusal {
  readonly status: ExitCode;
  /** The line without its line end: the whole of it, what it matches, or the facts that it has to have, in their order. */
  readonly line: string | RegExp | readonly string[];
  readonly args?: readonly string[];
  readonly program?: readonly string[];
}

/** Nothing that fails may wait for an answer: that would take minutes. */
const limitMs = 90_000;

/** Runs the command; it must print nothing but the line on its error output. */
export async function assertRefused(
  home: InterimapHome,
  { status, line, args = [], program = interimapCommand() }: Refusal,
): Promise<void> {
  const result = await runInterimap(home, args, { program, timeoutMs: limitMs });
  const { stderr, stdout } = result;
  assert.equal(stdout, "");
  assert.equal(result.status, status, `${result.signal ?? ""} ${stderr}`);
  assert.match(stderr, /^[^\n]+\n$/, "one line");
  const said = stderr.trimEnd();
  if (typeof line === "string") assert.equal(said, line);
  else if (line instanceof RegExp) assert.match(said, line);
  else assertHas(said, line);
  assertNoSecret(said);
}

function assertHas(said: string, facts: readonly string[]): void {
  let at = 0;
  for (const fact of facts) {
    const found = said.indexOf(fact, at);
    assert.ok(found >= 0, `no "${fact}" in: ${said}`);
    at = found + fact.length;
  }
}

/** Neither as it is nor as AUTHENTICATE PLAIN sends it. */
export function assertNoSecret(text: string): void {
  assert.ok(!text.includes(password), text);
  for (const word of text.match(/[A-Za-z0-9+/]{12,}={0,2}/g) ?? []) {
    assert.ok(!Buffer.from(word, "base64").toString("latin1").includes(password), text);
  }
}

/** The command without root's freedom to ignore permissions. */
export function unprivileged(): readonly string[] {
  const command = interimapCommand();
  if (process.getuid?.() !== 0) return command;
  return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--", ...command];
}
