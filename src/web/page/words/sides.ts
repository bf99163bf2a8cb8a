// Sentences of the copier, in the words of the page. Pure.

const names: Readonly<Record<string, string>> = { host1: "the source", host2: "the destination" };

/** `host1 refused the login` → `The source refused the login.` */
export function inWordsOfThePage(text: string): string {
  const words = text.trim().replace(/\bhost[12]\b/gi, (host) => names[host.toLowerCase()] ?? host);
  if (words === "") return words;
  return `${words[0]!.toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? "" : "."}`;
}
