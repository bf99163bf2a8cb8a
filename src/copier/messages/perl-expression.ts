// Perl's expressions, as options have them: compiled once at the start of a run, and applied to octets as latin1 strings.
// Like Perl, JavaScript goes back and tries again: an expression can be written that takes for ever in both.

import { InterimapError } from "../../model/errors.ts";
import { excerpt } from "../../util/printable.ts";
import { compilePattern } from "./perl/pattern.ts";
import { ExpressionError, wholePiece } from "./perl/piece.ts";
import { parseStatements } from "./perl/statements.ts";

/**
 * `s/…/…/` and `tr/…/…/`, one after the other, as a function of octets.
 * @throws InterimapError USAGE for what is no Perl, or not understood
 */
export function compileSubstitutions(texts: readonly string[], option: string): (text: string) => string {
  const changes = texts.flatMap((text) => compiled(text, option, changesOf));
  return (text) => changes.reduce((changed, change) => change(changed), text);
}

/**
 * `/…/` or `m{…}`.
 * @throws InterimapError USAGE for what is no Perl, or not understood
 */
export function compileMatch(text: string, option: string): (text: string) => boolean {
  return compiled(text, option, (octets) => {
    const [first, ...others] = parseStatements(wholePiece(octets));
    if (first?.kind === "match" && others.length === 0) return first.matches;
    throw new ExpressionError("one match is expected, such as /…/ or m{…}", wholePiece(octets), 0);
  });
}

/**
 * A pattern without delimiters, looked for anywhere in a text.
 * @throws InterimapError USAGE for what is no Perl, or not understood
 */
export function compileRegex(
  text: string,
  option: string,
  { ignoresCase = false }: { ignoresCase?: boolean } = {},
): (text: string) => boolean {
  return compiled(text, option, (octets) => {
    const piece = wholePiece(octets);
    if (octets === "") throw new ExpressionError("an empty pattern would match everything", piece, 0);
    const { find } = compilePattern(piece, { flags: new Set(ignoresCase ? "i" : ""), isInterpolated: false });
    return (subject) => find(subject, 0) !== undefined;
  });
}

function changesOf(octets: string): readonly ((text: string) => string)[] {
  const whole = wholePiece(octets);
  return parseStatements(whole).map((statement) => {
    if (statement.kind === "change") return statement.change;
    throw new ExpressionError("a match changes nothing: s/…/…/ or tr/…/…/ is expected", whole, statement.at);
  });
}

/** Options are text, and what expressions are applied to is octets. */
function compiled<Compiled>(text: string, option: string, compile: (octets: string) => Compiled): Compiled {
  const octets = Buffer.from(text, "utf8");
  try {
    return compile(octets.toString("latin1"));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const before = octets.toString("utf8", 0, error.place);
    const rest = octets.toString("utf8", error.place);
    const where = rest === "" ? "at its end" : `at character ${[...before].length + 1}, "${excerpt(rest)}"`;
    throw new InterimapError("USAGE", `${option} "${excerpt(text)}": ${error.message}, ${where}`);
  }
}
