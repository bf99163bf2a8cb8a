// The part of a log that a page holds: its end, and what was looked at last. Everything else is asked for again. Line numbers
// count from 1. Pure.

import type { LogLines } from "../../api.ts";

/** Lines in a block; the server hands out more at once. */
export const blockLines = 500;
/** Held at most: 20,000 lines. */
const maxBlocks = 40;

export class LogStore {
  /** By the number of the block; those that were used last come last. Lines that are not known are holes. */
  private readonly blocks = new Map<number, (string | undefined)[]>();
  private length = 0;

  /** Lines of the log, held or not. */
  get total(): number {
    return this.length;
  }

  /** Lines that are held. */
  get held(): number {
    return [...this.blocks.values()].reduce((sum, block) => sum + block.filter((line) => line !== undefined).length, 0);
  }

  /** Takes lines in any order, and again. */
  add({ first, lines, total }: Pick<LogLines, "first" | "lines"> & { readonly total?: number }): void {
    this.length = Math.max(this.length, total ?? 0, lines.length === 0 ? 0 : first + lines.length - 1);
    lines.forEach((line, i) => {
      const at = first + i - 1;
      if (at >= 0) this.open(Math.floor(at / blockLines))[at % blockLines] = line;
    });
    this.dropOldest();
  }

  /** Undefined: not held. */
  line(number: number): string | undefined {
    const at = number - 1;
    return this.blocks.get(Math.floor(at / blockLines))?.[at % blockLines];
  }

  /** Blocks with lines from `first` to `last` that are not held, as the number of their first line. Those that are stay longer. */
  missing(first: number, last: number): readonly number[] {
    const found: number[] = [];
    const end = Math.min(last, this.length);
    for (let block = Math.floor((Math.max(1, first) - 1) / blockLines); block * blockLines < end; block++) {
      if (this.isWhole(block)) this.open(block);
      else found.push(block * blockLines + 1);
    }
    return found;
  }

  private isWhole(block: number): boolean {
    const lines = this.blocks.get(block);
    const expected = Math.min(blockLines, this.length - block * blockLines);
    if (lines === undefined || lines.length < expected) return false;
    for (let i = 0; i < expected; i++) if (lines[i] === undefined) return false;
    return true;
  }

  /** Marks it as used. */
  private open(block: number): (string | undefined)[] {
    const lines = this.blocks.get(block) ?? [];
    this.blocks.delete(block);
    this.blocks.set(block, lines);
    return lines;
  }

  private dropOldest(): void {
    const last = Math.floor((this.length - 1) / blockLines);
    for (const block of this.blocks.keys()) {
      if (this.blocks.size <= maxBlocks) return;
      // The end is what people look at.
      if (block < last - 1) this.blocks.delete(block);
    }
  }
}
