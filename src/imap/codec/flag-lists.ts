// Flag lists as shared arrays: a mailbox has few different ones, but sends them by the hundred thousand.

// Bounds what a server with ever new keywords can make us keep.
const maxLists = 4096;

// flag-keyword of RFC 3501 section 9, or an atom after a backslash. `]` and octets above 0x7f are not allowed in an
// atom, but servers keep such keywords when a client made them up.
const wellFormed = /^(?:\\?[^\x00-\x20\x7f(){%*"\\]+(?: (?!$)|$))*$/;

const lists = new Map<string, readonly string[]>();

/**
 * The flags between the parentheses of a FLAGS item, the same frozen array for the same text; undefined when the text
 * is not a list of flags separated by single spaces.
 */
export function internFlagList(text: string): readonly string[] | undefined {
  const known = lists.get(text);
  if (known !== undefined) return known;
  if (!wellFormed.test(text)) return undefined;
  if (lists.size >= maxLists) lists.clear();
  const list = Object.freeze(text === "" ? [] : text.split(" "));
  lists.set(text, list);
  return list;
}
