// How many groups a pattern has, before it is read: what a number behind a backslash means depends on that.

/** Those that capture, outside of classes. */
export function countGroups(text: string): number {
  const parts = text.match(/\\[^]|\[\^?\]?(?:\\[^]|\[:\w*:\]|[^\]\\])*\]|\((?:\?(?:P?<(?![=!])|'))|\((?![?*])/g) ?? [];
  return parts.filter((part) => part.startsWith("(")).length;
}
