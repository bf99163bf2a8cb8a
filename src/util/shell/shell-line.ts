// Reads and writes the words of a shell's command line, with or without closing quotes.

/** Without quotes. One that is not closed yet ends with the text. */
export function unquoted(raw: string): string {
  return raw.replace(/'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.?)|([^'"\\]+)/gs, (_, ...found: (string | undefined)[]) => {
    const [single, double, escaped, plain] = found;
    return single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? plain ?? "";
  });
}

/** As they are written, of a line that ends at the cursor; the last one is empty after a blank. */
export function rawWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|\\(?:.|$)|[^\s'"\\])+/gs) ?? [];
  const last = words.at(-1);
  return last !== undefined && line.endsWith(last) ? words : [...words, ""];
}

/** For bash, which puts it in the place of `raw`: with backslashes, or fit for the quote that `raw` begins with. */
export function asWrittenLike(raw: string, word: string): string {
  if (raw.startsWith("'")) return word.replaceAll("'", String.raw`'\''`);
  if (raw.startsWith('"')) return word.replace(/[$`"\\]/g, "\\$&");
  return word.replace(/[^\w./+,:@%=\-\u0080-\uffff]/g, "\\$&");
}
