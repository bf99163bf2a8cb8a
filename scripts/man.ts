// npm run man: man/interimap.1 from man/interimap.1.md.

import { readFile, writeFile } from "node:fs/promises";
import { renderManual } from "./lib/roff.ts";

await writeFile("man/interimap.1", renderManual(await readFile("man/interimap.1.md", "utf8")));
