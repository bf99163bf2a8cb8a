// Cuts one direction of an IMAP conversation into lines and literals, whatever the chunks it arrives in.
// Written apart from src/ on purpose: what judges the product must not share its mistakes.

export interface LinePiece {
  readonly kind: "line";
  /** With its line end. */
  readonly bytes: Buffer;
  /** True when a literal came before: the line goes on with the same command or response. */
  readonly continues: boolean;
  /** Octets of the literal that follows, if one does. */
  readonly literalSize: number | undefined;
}

export interface LiteralPiece {
  readonly kind: "literal";
  /** A part of the literal, not always the whole. */
  readonly bytes: Buffer;
}

export type Piece = LinePiece | LiteralPiece;

const literalMark = /\{(\d+)\+?\}\r?\n$/;
const lineFeed = 0x0a;

/** A function that takes the chunks in order and gives the pieces completed by each. */
export function pieceSplitter(): (chunk: Buffer) => Piece[] {
  let partialLine: Buffer[] = [];
  let literalLeft = 0;
  let continues = false;

  return (chunk) => {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (literalLeft > 0) {
        const bytes = chunk.subarray(at, at + literalLeft);
        pieces.push({ kind: "literal", bytes });
        literalLeft -= bytes.length;
        at += bytes.length;
        continue;
      }
      const end = chunk.indexOf(lineFeed, at);
      partialLine.push(chunk.subarray(at, end === -1 ? chunk.length : end + 1));
      if (end === -1) break;
      at = end + 1;
      const bytes = partialLine.length === 1 ? partialLine[0]! : Buffer.concat(partialLine);
      partialLine = [];
      const mark = literalMark.exec(bytes.toString("latin1", Math.max(0, bytes.length - 24)));
      const literalSize = mark === null ? undefined : Number(mark[1]);
      pieces.push({ kind: "line", bytes, continues, literalSize });
      continues = literalSize !== undefined;
      literalLeft = literalSize ?? 0;
    }
    return pieces;
  };
}
