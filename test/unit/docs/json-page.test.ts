// docs/json.md and docs/json.schema.json are what src/report/json/ says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pageWithTable, schemaText } from "../../../scripts/lib/events-schema.ts";
import { eventLine } from "../../support/event-lines.ts";

const docs = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("json.md", docs), "utf8");

test("the schema is up to date: npm run schema", async () => {
  assert.equal(readFileSync(new URL("json.schema.json", docs), "utf8"), await schemaText());
});

test("the page has the table of events as it is: npm run schema", async () => {
  assert.equal(page, await pageWithTable(page));
  assert.match(page, /^\| `messages-added` +\| `side`, `mailbox`, `count`, /m);
});

test("the lines that the page shows are such lines", () => {
  const shown = [...page.matchAll(/^\{"event".*$/gm)].map(([line]) => line);
  const blocks = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = ""]) => text);
  assert.deepEqual([shown.length, blocks.length], [6, 1]);
  const side = JSON.stringify({
    ...{ messagesAdded: 0, octetsAdded: 0, messagesMoved: 0, messagesRemoved: 0 },
    ...{ flagsChanged: 0, mailboxChanges: 0, messagesRefused: 0 },
  });
  for (const line of [...shown, ...blocks]) eventLine(line.replace("{…}", `{"local":${side},"remote":${side}}`));
});
