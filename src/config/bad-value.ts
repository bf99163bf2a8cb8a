// The error of a setting's parser. It knows neither the file nor the line; the reader of the file adds them.

export class BadValue extends Error {
  /** Completes "expected …". */
  readonly expected: string;
  /** What exactly is wrong, never quoting a secret; undefined when showing the value says enough. */
  readonly problem: string | undefined;

  constructor(expected: string, problem?: string) {
    super(problem);
    this.name = "BadValue";
    this.expected = expected;
    this.problem = problem;
  }
}
