// What docs/ says of the lines of --json, made of the forms in src/report/json/.

import { format } from "prettier";
import { eventForms } from "../../src/report/json/event-forms.ts";
import { ownForms } from "../../src/report/json/line-forms.ts";
import { type TObject, Type } from "../../src/util/type-box.ts";

interface Form extends Pick<TObject, "properties"> {
  readonly description?: string;
  readonly required?: readonly string[] | undefined;
}

/** In the order of a run. */
const forms: readonly [kind: string, form: Form][] = Object.entries<Form>({
  ...{ started: ownForms.started, note: ownForms.note, "full-check": ownForms["full-check"] },
  ...eventForms,
  ...{ failed: ownForms.failed, summary: ownForms.summary },
});

// What each line has besides its own fields.
const time = Type.String({
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
  description: "ISO 8601, in UTC.",
});
const account = Type.Optional(Type.String({ description: "With --all: the name of the configuration." }));
const level = Type.Optional(
  Type.Enum(["debug", "info", "warn", "error"], { description: "Absent where there is no line for people." }),
);
const message = Type.Optional(
  Type.String({ description: "The line for people, without the prefix. Its words may change." }),
);

/** JSON Schema, draft 2020-12, of one line. */
export function lineSchema(): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A line of interimap --json",
    anyOf: forms.map(([kind]) => ({ $ref: `#/$defs/${kind}` })),
    $defs: Object.fromEntries(
      forms.map(([kind, { description, properties }]) => [
        kind,
        Type.Object(
          { account, event: Type.Literal(kind), time, level, ...properties, message },
          { description: description ?? "" },
        ),
      ]),
    ),
  };
}

export function schemaText(): Promise<string> {
  return format(JSON.stringify(lineSchema()), { parser: "json", printWidth: 120 });
}

/** docs/json.md with its table of events as it has to be. */
export function pageWithTable(page: string): Promise<string> {
  const rows = forms.map(([kind, { description, properties, required = [] }]: [string, Form]) => {
    const fields = Object.keys(properties).map((name) => (required.includes(name) ? `\`${name}\`` : `\`${name}\`?`));
    return `| \`${kind}\` | ${fields.join(", ")} | ${description ?? ""} |`;
  });
  const table = ["| `event` | Fields | What it means |", "| --- | --- | --- |", ...rows].join("\n");
  const text = page.replace(
    /(<!-- events -->\n)[^]*?(<!-- end -->)/,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
  return format(text, { parser: "markdown", printWidth: 120 });
}
