// A manual page as its source in Markdown has it, and as man(1) shows it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { renderManual } from "../../../scripts/lib/roff.ts";

const root = new URL("../../../", import.meta.url);

/** Each part under a heading of this level: its title, and all below it. */
export function parts(text: string, level: number): ReadonlyMap<string, string> {
  const found = text.split(new RegExp(`^#{${level}} `, "m")).slice(1);
  return new Map(
    found.map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return [title.replaceAll("`", ""), lines.join("\n").trim()];
    }),
  );
}

export function optionsIn(text: string): string[] {
  return text.match(/(?<![\w-])--?[a-z]+(?:-[a-z]+)*/g) ?? [];
}

interface Manual {
  /** By their titles. */
  readonly sections: ReadonlyMap<string, string>;
  readonly section: (title: string) => string;
}

/** `page`: as `man/interimap.1`. */
export function readManual(page: string): Manual {
  const sections = parts(sourceOf(page), 2);
  return {
    sections,
    section(title) {
      const text = sections.get(title);
      assert.ok(text !== undefined, `no section ${title}`);
      return text;
    },
  };
}

function sourceOf(page: string): string {
  return readFileSync(new URL(`${page}.md`, root), "utf8");
}

/** What holds of every page. */
export function testRendered(page: string, titles: readonly string[]): void {
  const rendered = fileURLToPath(new URL(page, root));
  const source = sourceOf(page);

  test(`${page} is what the source renders to`, () => {
    assert.equal(readFileSync(rendered, "utf8"), renderManual(source, `${page}.md`), "run: npm run man");
  });

  test(`man shows ${page} without complaint, on a terminal of 80 columns`, (t) => {
    const { error, stdout, stderr } = spawnSync("man", ["--warnings", "--nh", "--nj", "-l", rendered], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", MANWIDTH: "80" },
    });
    if (error !== undefined) {
      t.skip("there is no man(1)");
      return;
    }
    if (/minimi[sz]ed/.test(stdout)) {
      t.skip("man(1) is a stand-in");
      return;
    }
    assert.equal(stderr, "");
    const [, name = ""] = /([\w-]+)\.1$/.exec(page) ?? [];
    assert.ok(stdout.startsWith(`${name.toUpperCase()}(1)`));
    // Letters are struck over for bold and underlined ones, unless man sees that this is no terminal.
    const lines = stdout.replaceAll(/.[\b]/g, "").split("\n");
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    for (const title of titles) assert.ok(lines.includes(title), title);
    // What stands in backquotes can be copied from the terminal: no typographic quotes or dashes, no lost backslash.
    const text = lines.join("\n");
    for (const [, code = ""] of source.matchAll(/`([^`\s]+)`/g)) assert.ok(text.includes(code), code);
    for (const [, block = ""] of source.matchAll(/^```\n([^`]+)^```$/gm)) {
      for (const code of block.split("\n")) assert.ok(text.includes(code), code);
    }
  });
}
