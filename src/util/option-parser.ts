// yargs-parser as our programs use it: for words, of which it makes nothing else.

import parser from "yargs-parser";

export interface ParserOption {
  readonly name: string;
  /** One letter. */
  readonly alias?: string | undefined;
  /** Without one, the word behind it is no part of it. */
  readonly hasValue: boolean;
}

export interface ParsedWords {
  /** Every value given for an option, `""` for one without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** After `--`. */
  readonly extra: readonly string[];
  /** In the words of the package, with the name of the option at the end. */
  readonly error: string | undefined;
}

/**
 * All options are strings: for anything else the parser would swallow a word `true` behind a switch, and take `1e3` for a number.
 * Any other word is a positional, or, if it begins like one (`-q5`), an option of its own.
 */
export function parseWords(words: readonly string[], options: readonly ParserOption[]): ParsedWords {
  const { argv, error } = parser.detailed([...words], {
    string: options.map(({ name }) => name),
    narg: Object.fromEntries(options.map(({ name, hasValue }) => [name, hasValue ? 1 : 0])),
    alias: Object.fromEntries(options.flatMap(({ name, alias }) => (alias === undefined ? [] : [[name, alias]]))),
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "short-option-groups": false,
      "strip-aliased": true,
      "unknown-options-as-args": true,
    },
  });
  const { _: positionals, "--": extra = [], ...found } = argv;
  return {
    options: new Map(Object.entries(found).map(([name, value]) => [name, [value].flat()])),
    positionals: positionals.map(String),
    extra: extra.map(String),
    error: error?.message,
  };
}
