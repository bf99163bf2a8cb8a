// What a run is for, where that is not to copy everything. Pure.

export interface RunKind {
  /** Beside the headline. */
  readonly tag: string;
  /** Instead of `Copying your mail`. */
  readonly doing: string;
  /** When it has gone well. */
  readonly advice: string;
}

const again = "Start again without this option to copy your mail.";

/** Those further up leave nothing for those below them. */
const kinds: readonly (readonly [option: string, kind: RunKind])[] = [
  [
    "justlogin",
    { tag: "Only check the logins", doing: "Logging in to both mailboxes", advice: `Both logins work. ${again}` },
  ],
  [
    "justfoldersizes",
    { tag: "Only count", doing: "Counting the messages", advice: `The log has the figures. ${again}` },
  ],
  ["dry", { tag: "Dry run", doing: "Looking at what would be done", advice: `Nothing was changed. ${again}` }],
  [
    "justfolders",
    { tag: "Only create the folders", doing: "Creating the folders", advice: `The folders are there. ${again}` },
  ],
];

/** Undefined: it copies. */
export function runKind(options: readonly string[]): RunKind | undefined {
  return kinds.find(([option]) => options.includes(option))?.[1];
}

/** All that is not as usual, in words. */
export function tags(options: readonly string[]): readonly string[] {
  const kind = runKind(options);
  return [
    ...(kind === undefined ? [] : [kind.tag]),
    ...(options.includes("delete1") ? ["Move: deletes at the source"] : []),
    ...(options.includes("delete2") ? ["Deletes at the destination what the source does not have"] : []),
  ];
}
