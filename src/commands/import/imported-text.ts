// The text of a configuration that was imported.

import { sides } from "../../model/side.ts";
import type { ImportedConfiguration } from "./imported.ts";

interface Origin {
  readonly kind: string;
  /** Absolute. */
  readonly source: string;
  /** False: they are left out, for a file that others may read. */
  readonly withSecrets: boolean;
}

const secrets: ReadonlySet<string> = new Set(["password", "oauth-client-secret"]);

/** Ends with a line break. */
export function importedText(imported: ImportedConfiguration, { kind, source, withSecrets }: Origin): string {
  const lineOf = ([name, value]: readonly [string, string]): string =>
    !withSecrets && secrets.has(name) ? `# ${name} is not shown here` : `${name} = ${value}`;
  return [
    `# Made by interimap import ${kind}, of ${comment(imported.from)} in ${comment(source)}.`,
    "# interimap(1) describes all settings; config.example.ini shows them.",
    ...imported.top.map(lineOf),
    ...sides.flatMap((side) => [
      "",
      ...(side === "local" ? imported.remarks.map((line) => `# ${comment(line)}`) : []),
      `[${side}]`,
      ...[...imported[side]].map(lineOf),
    ]),
    "",
  ].join("\n");
}

function comment(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, "?");
}
