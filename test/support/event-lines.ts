// The lines of --json, each held against docs/json.schema.json: it has what the schema says, and nothing besides.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

export interface EventLine {
  readonly event: string;
  readonly time: string;
  readonly level?: string;
  readonly message?: string;
  readonly side?: string;
  readonly mailbox?: string;
  readonly [field: string]: unknown;
}

interface Schema {
  readonly $defs: Readonly<Record<string, object>>;
}

const { $defs } = JSON.parse(
  readFileSync(new URL("../../docs/json.schema.json", import.meta.url), "utf8"),
  // A field that nobody knows of would go unnoticed.
  (_, value: unknown) => (isObjectForm(value) ? { ...value, additionalProperties: false } : value),
) as Schema;

/** All that there are. */
export const eventKinds = Object.keys($defs);

const validators = new Map<string, ValidateFunction>();

function isObjectForm(value: unknown): value is { readonly type: "object" } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "object";
}

/** Of whole runs: the first line and the last are what they have to be. */
export function runLines(text: string): EventLine[] {
  const lines = eventLines(text);
  assert.equal(lines[0]?.event, "started", text);
  assert.equal(lines.at(-1)?.event, "summary", text);
  return lines;
}

export function eventLines(text: string): EventLine[] {
  assert.ok(text === "" || text.endsWith("\n"), `half a line at the end: ${text.slice(-200)}`);
  return text.split("\n").slice(0, -1).map(eventLine);
}

export function eventLine(line: string): EventLine {
  const value = JSON.parse(line) as EventLine;
  const validate = validatorOf(value.event);
  assert.ok(validate(value), `${line}\n${JSON.stringify(validate.errors)}`);
  return value;
}

function validatorOf(kind: string): ValidateFunction {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const form = $defs[kind];
  assert.ok(form !== undefined, `the schema has no ${kind}`);
  const validator = new Ajv2020({ allErrors: true }).compile(form);
  validators.set(kind, validator);
  return validator;
}
