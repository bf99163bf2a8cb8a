/** What becomes of a mailbox that was deleted on the other server. */
export interface FollowedDeletions {
  /** EMPTY: only of those without messages. */
  readonly which: "EMPTY" | "YES";
  /** Below which mailbox, by the program's name, they are kept; undefined: they are not. */
  readonly trash: string | undefined;
}
