// A manual page from Markdown. It understands what our page uses, and refuses the rest of Markdown:
//   # name(1)   ## SECTION   ### Subsection   #### term of a definition, whose text follows
//   paragraphs, in which \ at the end of a line breaks it; lists with -; code between ```; `bold` and _italic_

/** Returns the roff source. `source`: the file that it is made of. Throws Error with what is not understood. */
export function renderManual(markdown: string, source: string): string {
  if (/[^\n -~]/.test(markdown)) throw new Error("a manual page is plain ASCII");
  const output = [`.\\" Made from ${source} by "npm run man": change that file, not this one.`];
  let above: BlockKind = "heading";
  for (const [block] of markdown.matchAll(/^```\n[^]*?^```$|(?:^.+\n?)+/gm)) {
    const { kind, lines } = renderBlock(block.trimEnd(), above);
    output.push(...lines);
    above = kind;
  }
  return `${output.join("\n")}\n`;
}

/** term: the heading of a definition; definition: a paragraph of it. */
type BlockKind = "heading" | "term" | "definition" | "text";

interface Rendered {
  readonly kind: BlockKind;
  readonly lines: readonly string[];
}

function renderBlock(block: string, above: BlockKind): Rendered {
  const [, hashes, title = ""] = /^(#+) (.*)$/.exec(block) ?? [];
  if (hashes !== undefined) return renderHeading(hashes.length, title);
  if (block.startsWith("```")) {
    const code = block.split("\n").slice(1, -1).map(verbatim);
    // .EE switches hyphens on again.
    return { kind: "text", lines: [".PP", ".RS 4", ".EX", ...code, ".EE", ".nh", ".RE"] };
  }
  if (block.startsWith("- ")) return { kind: "text", lines: renderList(block) };
  if (/^(?:[*+>|<]|\d+[.)] |```)/.test(block)) throw new Error(`this kind of Markdown is not understood: ${block}`);
  const text = renderText(block);
  if (above === "heading") return { kind: "text", lines: text };
  if (above === "text") return { kind: "text", lines: [".PP", ...text] };
  return { kind: "definition", lines: above === "term" ? text : [".IP", ...text] };
}

function renderHeading(level: number, title: string): Rendered {
  switch (level) {
    case 1: {
      const [, name, section] = /^([\w-]+)\((\d)\)$/.exec(title) ?? [];
      if (name === undefined || section === undefined) throw new Error(`the title is not name(1): ${title}`);
      const head = `.TH ${name.toUpperCase()} ${section} "" "${name}" "User Commands"`;
      // Hyphens that are not there make wrong names of options; without them, justified lines have holes.
      return { kind: "heading", lines: [head, ".nh", ".if n .ad l"] };
    }
    case 2:
      return { kind: "heading", lines: [`.SH ${inline(title)}`] };
    case 3:
      return { kind: "heading", lines: [`.SS ${inline(title)}`] };
    case 4:
      return { kind: "term", lines: [".TP", inline(title)] };
    default:
      throw new Error(`a heading of level ${level} is not understood: ${title}`);
  }
}

/** Without blank lines between the items. */
function renderList(block: string): string[] {
  const [first = "", ...others] = block.slice(2).split("\n- ");
  const item = (text: string): string[] => [".IP \\(bu 2", ...renderText(text)];
  return [...item(first), ".PD 0", ...others.flatMap(item), ".PD"];
}

/** A paragraph is a single line, so that its sentences are all the same distance apart. */
function renderText(text: string): string[] {
  return text
    .split("\\\n")
    .flatMap((part, index) => [...(index === 0 ? [] : [".br"]), inline(part.replace(/\s*\n\s*/g, " "))]);
}

function inline(text: string): string {
  const pieces = text.split(/(`[^`]+`|(?<!\w)_[^_]+_(?!\w))/);
  const rendered = pieces.map((piece, index) => {
    if (index % 2 === 0) return prose(piece);
    const inner = piece.slice(1, -1);
    return piece.startsWith("`") ? `\\fB${literal(inner)}\\fR` : `\\fI${prose(inner)}\\fR`;
  });
  return rendered.join("").replace(/^(?=[.'])/, "\\&");
}

function prose(text: string): string {
  if (/[\\`*]|\]\(/.test(text)) throw new Error(`this kind of Markdown is not understood: ${text}`);
  return text.replaceAll(" - ", " \\- ");
}

const characters: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** What a reader may copy: groff would make typographic characters of some. */
function literal(text: string): string {
  return text.replace(/[\\\-'"`^~]/g, (character) => characters[character] ?? character);
}

function verbatim(line: string): string {
  return literal(line).replace(/^(?=\.)/, "\\&");
}
