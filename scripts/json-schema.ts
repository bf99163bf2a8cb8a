// npm run schema: docs/json.schema.json and the table in docs/json.md, of what src/report/json/ says.

import { readFile, writeFile } from "node:fs/promises";
import { pageWithTable, schemaText } from "./lib/events-schema.ts";

await writeFile("docs/json.schema.json", await schemaText());
await writeFile("docs/json.md", await pageWithTable(await readFile("docs/json.md", "utf8")));
