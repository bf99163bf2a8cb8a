// Keeps the tokens of one account between runs, as text (see token-document.ts).

export interface TokenStore {
  /** For people: "in FILE". */
  readonly place: string;
  /** Undefined: nothing is kept there. @throws InterimapError */
  read(): Promise<string | undefined>;
  /** When it resolves, the text is kept. @throws InterimapError */
  write(text: string): Promise<void>;
  /** While `work` is done, no other process does such work, as far as the place can tell. @throws InterimapError */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}
