// What README.md and docs/ give to copy is understood: commands, options, configurations, units.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };
import { parseArguments } from "../../../src/cli/options.ts";
import { loadConfig } from "../../../src/config/config.ts";
import { parseCommandLine } from "../../../src/copier/options/parse-options.ts";
import { parseArguments as parseFleetArguments } from "../../../src/fleet/command/options.ts";

const root = new URL("../../../", import.meta.url);
const documents = ["README.md", "CONTRIBUTING.md", "docs/database.md", "docs/troubleshooting.md", "docs/providers.md"];
const directory = mkdtempSync(join(tmpdir(), "interimap-readme-"));
after(() => rmSync(directory, { recursive: true }));

function read(document: string): string {
  return readFileSync(new URL(document, root), "utf8");
}

function blocks(document: string, language: string): string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, "gms");
  return [...read(document).matchAll(fence)].map(([, text = ""]) => text);
}

/** Lines of blocks, and what stands in backquotes and begins with one of our programs or of npm. */
function commandsIn(document: string): string[] {
  const lines = blocks(document, "sh").flatMap((block) => block.split("\n"));
  const quoted = [...read(document).matchAll(/`((?:interimap|imapsync|npm|systemctl) [^`\n]*)`/g)];
  const all = [...lines, ...quoted.map(([, command = ""]) => command)];
  return all.map((line) => line.replace(/ #.*| > .*/, "").trim()).filter((line) => line !== "" && !isForm(line));
}

/** What a command may look like, with things left out. */
function isForm(command: string): boolean {
  return /\[|^interimap --(?:delete|rename)$/.test(command);
}

const parsers: Readonly<Record<string, (args: readonly string[]) => unknown>> = {
  interimap: parseArguments,
  imapsync: parseCommandLine,
  "interimap-fleet": parseFleetArguments,
};

/** What somebody is to put their own into. */
function filledIn(word: string): string {
  return word.replace(/=SECONDS$/, "=60").replace(/^"(.*)"$/, "$1");
}

for (const document of documents)
  describe(document, () => {
    for (const command of new Set(commandsIn(document))) {
      const [program = "", ...words] = command.replace(/^sudo /, "").split(/\s+/);
      const args = words.map(filledIn);
      const parse = parsers[program];
      if (parse !== undefined) test(`${command}: is a command line`, () => assert.doesNotThrow(() => parse(args)));
      if (program === "npm" && (args[0] === "run" || args[0] === "test"))
        test(`${command}: is a script of package.json`, () => {
          const name = args[0] === "test" ? "test" : (args[1] ?? "");
          assert.ok(Object.keys(packageJson.scripts).includes(name));
        });
      if (program === "systemctl")
        for (const unit of args.filter((arg) => /^interimap/.test(arg)))
          test(`${command}: there is such a unit`, () => {
            const file = unit.replace(/@[^.]+/, "@");
            const names = [file, `${file}.service`];
            assert.ok(readdirSync(new URL("systemd/", root)).some((name) => names.includes(name)));
          });
    }

    for (const [index, text] of blocks(document, "ini").entries())
      if (/^\[remote\]/m.test(text))
        test(`configuration ${String(index + 1)} is valid`, () => {
          const file = join(directory, "config");
          const local = /^\[local\]/m.test(text) ? "" : "\n[local]\ntype = tunnel\ncommand = true\n";
          writeFileSync(file, `${text}${local}`, { mode: 0o600 });
          assert.doesNotThrow(() => loadConfig({ env: {}, home: directory, file }));
        });
  });

test("links of all documents lead to files, and to headings that are there", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md", ...pagesBelow("docs/")];
  const wrong = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?![a-z]+:)([^)#]*)(?:#([^)]+))?\)/g)]
      .filter(([, file = "", anchor]) => {
        const url = new URL(file === "" ? page.split("/").at(-1)! : file, new URL(page, root));
        if (!existsSync(url)) return true;
        return anchor !== undefined && !anchors(readFileSync(url, "utf8")).includes(anchor);
      })
      .map(([link]) => `${page}: ${link}`),
  );
  assert.deepEqual(wrong, []);
});

test("the index names every page of docs/", () => {
  const index = read("docs/README.md");
  const missing = pagesBelow("docs/").filter((page) => !page.startsWith("docs/adr/") && page !== "docs/README.md");
  assert.deepEqual(
    missing.filter((page) => !index.includes(`](${page.replace("docs/", "")})`)),
    [],
  );
});

function pagesBelow(folder: string): string[] {
  const names = readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => `${folder}${name}`);
}

/** As the usual renderers of Markdown make them of headings. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
