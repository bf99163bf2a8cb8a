// When a report of vanished messages is to be looked at twice before anything is deleted. Pure.

export interface Vanishing {
  /** Messages that vanished since the mailbox was selected, as far as is known, those dealt with included. */
  readonly live: number;
  /** All that are reported as vanished now. */
  readonly reported: number;
  /** How many messages the mailbox has left. */
  readonly left: number;
}

/** So few are nothing unusual, as long as there are others. */
const few = 10;

/**
 * A mailbox that somebody deletes may go on being there, with fewer messages or none, until it is gone as a whole. So
 * what looks like that is not believed at once.
 */
export function looksLikeTheEnd({ live, reported, left }: Vanishing): boolean {
  if (left === 0) return true;
  return isMost(live, left, 10) || isMost(reported, left, 10 / 9);
}

/** Whether more than one in `parts` are gone. */
function isMost(gone: number, left: number, parts: number): boolean {
  return gone > few && gone * parts > gone + left;
}

/** How long to wait before the server is asked once more: a large mailbox takes longer to delete. */
export function pauseMs({ reported }: Vanishing): number {
  return Math.min(2000, 200 + reported);
}
