// npm run man: the manual pages, from their sources in Markdown.

import { readFile, writeFile } from "node:fs/promises";
import { renderManual } from "./lib/roff.ts";

for (const page of ["man/imapsync-web.1", "man/imapsync.1", "man/interimap-fleet.1", "man/interimap.1"]) {
  const source = `${page}.md`;
  await writeFile(page, renderManual(await readFile(source, "utf8"), source));
}
