// What matches a place in a text, and a line's end.

import { octetsThat } from "./octet-set.ts";
import type { Node } from "./regex-nodes.ts";

/** Lookarounds stand in for anchors: JavaScript has others. */
export const places = {
  start: "(?<![^])",
  // Perl does not take an empty line behind the last newline for a line.
  lineStart: "(?:(?<![^])|(?<=\\n)(?=[^]))",
  end: "(?![^])",
  endOrNewline: "(?=\\n?(?![^]))",
  lineEnd: "(?=\\n|(?![^]))",
} as const;
export const placeEscapes: Readonly<Record<string, string>> = {
  ...{ A: places.start, z: places.end, Z: places.endOrNewline, b: "\\b", B: "\\B" },
};

/** `\R`, which does not part a CR from its LF. */
export const lineBreak: Node = {
  kind: "choice",
  options: [
    {
      kind: "sequence",
      items: [0x0d, 0x0a].map((octet) => ({ kind: "octet", set: octetsThat((other) => other === octet) })),
    },
    { kind: "sequence", items: [{ kind: "octet", set: octetsThat((octet) => octet === 0x0d) }, place("(?!\\n)")] },
    { kind: "octet", set: octetsThat((octet) => [0x0a, 0x0b, 0x0c, 0x85].includes(octet)) },
  ],
};

export function place(source: string): Node {
  return { kind: "place", source };
}
