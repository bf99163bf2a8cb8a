// A response whose beginning, end and literals are known, and nothing else.

/** One response of the server. */
export interface RawResponse {
  /**
   * One character an octet (latin1), without the final line end. The octets of literals are left out; their announcements,
   * `{n}` CRLF, are not.
   */
  readonly line: string;
  readonly literals: readonly Buffer[];
  /** The octets of literals that were replaced by NIL, because nobody was ready for them. */
  readonly passedOver?: number;
}
