// Words of servers and people as PostgreSQL takes them: it has no character 0, and no half of a surrogate pair.

const unstorable = /[\0\p{Cs}]/gu;

/** With U+FFFD in the place of what cannot be kept. */
export function storable(text: string): string {
  return text.replace(unstorable, "\uFFFD");
}

/** As JSON in which no text, however deep, has what cannot be kept. */
export function storableJson(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? storable(part) : part));
}
