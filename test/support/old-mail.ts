// A mailbox as it has grown over years, with all that makes messages hard to tell apart.

import { makeFlags, makeMail } from "./message-generator.ts";
import type { Random } from "./random.ts";
import type { AppendMessage } from "./raw-imap.ts";

export function oldMail(random: Random, count: number): AppendMessage[] {
  const messages: AppendMessage[] = [];
  for (let number = 0; messages.length < count; number++) messages.push(...hundred(random, number));
  return messages.slice(0, count);
}

/** Most are like any others; the rest is spread among them. */
function hundred(random: Random, number: number): AppendMessage[] {
  const like = (index: number, parts: Parts = {}): AppendMessage => simple(random, `${number} ${index}`, parts);
  const id = (index: number): string => `<${number}.${index}@example.org>`;
  const odd: AppendMessage[] = [
    // The same octets twice: a copy of oneself, a list that one is on twice.
    ...[1, 2, 3, 4, 5].map(() => makeMail(random)).flatMap((message) => [message, message]),
    // One Message-ID, two texts: with a list's last line, of another time, and of the same second and size.
    ...["", "-- \r\nsent by the list\r\n"].map((end) => like(11, { id: id(11), end })),
    ...["", "-- \r\nsent by the list\r\n"].map((end) => like(12, { id: id(12), end, date: commonDate })),
    ...["one", "two"].map((text) => like(13, { id: id(13), text, date: commonDate })),
    // No Message-ID: all have the same text; of the same second and size, with other texts, and with other subjects.
    ...[21, 22, 23].map((index) => like(index)),
    ...["aaaa", "bbbb", "cccc"].map((text) => like(24, { text, date: commonDate })),
    ...[25, 26, 27].map((index) => like(index, { text: "the same", date: commonDate })),
    // No line end, no text.
    like(31, { id: id(31), end: "" }),
    like(32, { id: id(32), text: "", end: "" }),
    like(33, { text: "no line end", end: "" }),
    like(34, { text: "", end: "" }),
  ];
  const plain = Array.from({ length: 100 - odd.length }, () => makeMail(random, { size: random.integer(500, 3_000) }));
  return [...odd, ...plain]
    .map((message) => ({ message, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ message }) => message);
}

const commonDate = "01-Feb-2020 12:34:56 +0200";

interface Parts {
  readonly id?: string;
  readonly date?: string;
  readonly text?: string;
  readonly end?: string;
}

function simple(random: Random, subject: string, { id, date, text = "text", end = "\r\n" }: Parts): AppendMessage {
  const named = id === undefined ? [] : [`Message-ID: ${id}`];
  const fields = ["From: a@example.org", "Date: Sat, 01 Feb 2020 10:34:56 +0000", `Subject: ${subject}`, ...named];
  return {
    bytes: Buffer.from(`${fields.join("\r\n")}\r\n\r\n${text}${end}`),
    flags: makeFlags(random),
    internalDate: date ?? makeMail(random).internalDate,
  };
}
