// Which of the settings a section's secret comes from. There can be one only: nobody could say which of two counts.

import type { OAuthSettings } from "../model/oauth-settings.ts";
import type { SecretSource } from "../model/secret-source.ts";
import type { Complaints } from "./config-error.ts";
import { oauthSettings } from "./oauth-section.ts";
import type { Section } from "./sections.ts";

export interface SecretSources {
  readonly password: SecretSource | undefined;
  readonly token: SecretSource | undefined;
  readonly oauth?: OAuthSettings;
}

const names = [
  "password",
  "password-command",
  "password-file",
  "password-credential",
  "token-command",
  "oauth-provider",
] as const;

interface Sectioned {
  readonly env: NodeJS.ProcessEnv;
  readonly file: string;
  readonly section: Section;
  readonly complaints: Complaints;
}

/** A source in the section itself replaces one that was meant for both servers. */
export function secretSources(sectioned: Sectioned): SecretSources {
  const { file, section, env, complaints } = sectioned;
  const own = names.filter((name) => section.isOwn(name));
  const set = own.length > 0 ? own : names.filter((name) => section.lineOf(name) !== undefined);
  const [first, second] = [...set].sort((a, b) => (section.lineOf(a) ?? 0) - (section.lineOf(b) ?? 0));
  if (second !== undefined) {
    const problem = `"${second}" beside "${first}" of line ${section.lineOf(first!)}`;
    const expected = "expected one of them: a server has one secret";
    complaints.note({ file, line: section.lineOf(second), problem, expected });
  }
  if (first === "oauth-provider") {
    const oauth = oauthSettings(sectioned);
    return { password: undefined, token: undefined, ...(oauth === undefined ? {} : { oauth }) };
  }
  const source = first && sourceOf(first, section, env);
  return first === "token-command" ? { password: undefined, token: source } : { password: source, token: undefined };
}

function sourceOf(
  name: Exclude<(typeof names)[number], "oauth-provider">,
  section: Section,
  env: NodeJS.ProcessEnv,
): SecretSource | undefined {
  const value = section.get(name);
  if (value === undefined) return undefined;
  switch (name) {
    case "password":
      return { from: "text", text: value };
    case "password-command":
    case "token-command":
      return { from: "command", command: value };
    case "password-file":
      return { from: "file", path: value };
    case "password-credential":
      return { from: "credential", name: value, directory: env["CREDENTIALS_DIRECTORY"] };
  }
}
