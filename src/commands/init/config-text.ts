// The text of a new configuration file.

import { type PerSide, sides } from "../../model/side.ts";

/** By name, in the order in which they are written. */
export type SideSettings = ReadonlyMap<string, string>;

export function configText(settings: PerSide<SideSettings>): string {
  const blocks = sides.map((side) => [
    `[${side}]`,
    ...[...settings[side]].map(([name, value]) => `${name} = ${value}`),
  ]);
  return [head, ...blocks].map((lines) => `${lines.join("\n")}\n`).join("\n");
}

const head = [
  "# Made by interimap init. interimap(1) describes all settings; config.example.ini shows them.",
  "# Values need no quotes: a password is taken as it is.",
];
