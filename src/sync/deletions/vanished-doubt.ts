// Decides when a report of vanished messages has to be checked twice before anything is deleted. Pure.

export interface Vanishing {
  /** All known messages that vanished since the mailbox was selected, even those that were dealt with. */
  readonly live: number;
  /** All that are reported as vanished now. */
  readonly reported: number;
  /** How many messages the mailbox has left. */
  readonly left: number;
}

/** So few are nothing unusual, as long as others are left. */
const few = 10;

/**
 * While somebody deletes a mailbox, it may still be there, with fewer messages or none, until it is gone as a whole. So a
 * report that looks like that is not believed at once.
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
