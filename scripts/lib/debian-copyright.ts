// The file copyright of the Debian package, in the form that programs can read (DEP-5).

import { readFileSync } from "node:fs";
import { type BundledPackage, licenceText } from "./bundled-packages.ts";

/** `packages`: those inside the programs. */
export function debianCopyright(packages: readonly BundledPackage[]): string {
  const licences = new Licences();
  const own = readFileSync("LICENSE", "utf8").trim();
  const files = [
    stanza("*", holders(own), licences.nameOf("MIT", own, "interimap")),
    stanza("sqlite3.c", ["The SQLite authors"], "public-domain"),
  ];
  for (const { name, licence, author, directory } of packages) {
    const text = licenceText(directory);
    const found = text === undefined ? [] : holders(text);
    const authors = found.length > 0 ? found : [author ?? `The authors of ${name}`];
    files.push(stanza(`${directory}/*`, authors, licences.nameOf(licence, text ?? own, name)));
  }
  const heading = [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
    "Upstream-Name: interimap",
    "Comment: The files named here are those of the source. The programs of this package",
    " are made of them.",
  ].join("\n");
  return `${[heading, ...files, publicDomain, ...licences.stanzas()].join("\n\n")}\n`;
}

const publicDomain = `License: public-domain
 The author disclaims copyright to this source code. In place of a legal notice,
 here is a blessing:
 .
 May you do good and not evil.
 May you find forgiveness for yourself and forgive others.
 May you share freely, never taking more than you give.`;

function stanza(files: string, authors: readonly string[], licence: string): string {
  return [`Files: ${files}`, `Copyright: ${authors.join("\n           ")}`, `License: ${licence}`].join("\n");
}

const notice = /^[ \t*]*(?:copyright (?:\(c\)|©|(?=\d))|modified work copyright|copyright(?= mat)).*$/gim;

/** The lines that name whose it is, without the word. */
function holders(text: string): string[] {
  const lines = text.match(notice) ?? [];
  return lines.map((line) => line.replace(/^[\s*]*(?:copyright\s*)?(?:\(c\)|©)?\s*/i, "").trim());
}

/** Licences whose texts every Debian has: a package has to refer to these. */
const onDebian: Readonly<Record<string, string>> = {
  "Apache-2.0": [
    "Licensed under the Apache License, Version 2.0. You may not use this file except in compliance with it. Unless required by",
    'applicable law or agreed to in writing, software distributed under it is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES',
    "OR CONDITIONS OF ANY KIND, either express or implied.",
    "",
    "On Debian systems, the full text of the licence is in /usr/share/common-licenses/Apache-2.0.",
  ].join("\n"),
};

/** One stanza for each text: texts that differ only in whose they are share it. */
class Licences {
  readonly #names = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  /** `spdx`, or with `~` and the name of the package if its text is another than that of the first with this licence. */
  nameOf(spdx: string, text: string, packageName: string): string {
    const terms = onDebian[spdx] ?? text.replaceAll(notice, "").trim();
    const key = `${spdx} ${terms.replaceAll(/[^a-z]+/gi, " ").replace(/^.*?(?=Permission|Redistribution)/i, "")}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#texts.has(spdx)
      ? `${spdx}~${packageName.replaceAll(/[^a-z0-9.]+/gi, "-").replace(/^-/, "")}`
      : spdx;
    this.#names.set(key, name);
    this.#texts.set(name, terms);
    return name;
  }

  stanzas(): string[] {
    return [...this.#texts].map(([name, text]) => {
      const lines = text.split("\n").map((line) => ` ${line.trim() === "" ? "." : line.trim()}`);
      return `License: ${name}\n${lines.join("\n")}`;
    });
  }
}
