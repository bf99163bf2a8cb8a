// Words of a server that become elements, and do something, where a page does not take them for text.

import type { TwoStores } from "./two-stores.ts";

/** Runs, wherever it becomes HTML; `where` says in which words of the server it was. */
export function hostile(where: string): string {
  return `<img src=x onerror=alert('${where}')><script>alert('${where}')</script>"'&amp;\u202e`;
}

/** Names of folders, with NUL between levels. */
export const hostileFolders = [
  "<script>alert(1)<\0script>",
  "<img src=x onerror=alert(2)>",
  `a"b'c\\d&lt;e%0d%0a`,
  "\u202egnp.exe",
  "مرحبا",
  "=HYPERLINK(1)",
  "line\u2028separator",
  "\ufeff\u200bempty?",
] as const;

/** Every answer of the server comes with such words, besides what it says: greeting, capabilities, statuses, alerts. */
export function speakHostilely(stores: TwoStores, side: "local" | "remote"): void {
  const latin = (text: string): string => Buffer.from(text).toString("latin1");
  const alert = latin(`* OK [ALERT] ${hostile("alert")}`);
  stores.hold(side, "server", {
    pattern: /^\* OK \[CAPABILITY/,
    always: true,
    action: (line) => ({ instead: `${line} ${latin(hostile("greeting"))}` }),
  });
  stores.hold(side, "server", {
    pattern: /^\* CAPABILITY/,
    always: true,
    action: (line) => ({ instead: `${line} <script>alert('capability')</script>` }),
  });
  stores.hold(side, "server", {
    pattern: /^[^*+ ]\S* (OK|NO|BAD)/,
    always: true,
    action: (line) => ({ instead: `${alert}\r\n${line} ${latin(hostile("status"))}` }),
  });
}
