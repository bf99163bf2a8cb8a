// Texts that differ only in their numbers.

const word = /[A-Za-z0-9]+/g;
const digit = /[0-9]/;

/** Equal for texts that differ only in words with a digit: sizes, times, counters, and what a server names a session by. */
export function alike(text: string): string {
  return text.replace(word, (one) => (digit.test(one) ? "#" : one));
}
