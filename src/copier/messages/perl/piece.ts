// A part of a Perl expression that knows where it stands in the whole, for errors.

export interface Piece {
  /** Octets as latin1. */
  readonly text: string;
  /** For each octet its place in the whole expression. */
  readonly places: readonly number[];
  /** Where the piece ends in the whole. */
  readonly end: number;
}

export function wholePiece(text: string): Piece {
  return { text, places: Array.from(text, (_, at) => at), end: text.length };
}

/** What is not understood, and where. */
export class ExpressionError extends Error {
  readonly place: number;

  constructor(problem: string, piece: Piece, at: number) {
    super(problem);
    this.place = piece.places[at] ?? piece.end;
  }
}
