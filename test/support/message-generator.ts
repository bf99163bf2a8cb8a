// Messages of the kinds that real mailboxes hold, with their flags and dates. Valid for every server: CRLF line
// ends, no NUL, no raw 8-bit header octets, a unique Message-ID.

import type { Random } from "./random.ts";
import type { AppendMessage } from "./raw-imap.ts";

const systemFlags = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft"];
export const keywords = ["$Forwarded", "$MDNSent", "NonJunk", "todo", "Label-1", "project_x"];
const zones = ["+0000", "+0100", "-0800", "+0530", "+1245", "-0330"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const words = `the of and to in mail server that message is it for you with are this not have from at they one had by
  word but what all were we when your can said there use an each which she do how their if will up other about out many
  Größe façade naïve übermorgen žluťoučký日本語 ελληνικά мир 😀 …`
  .split(/\s+/)
  .filter((word) => word !== "");

const subjects = [
  "Minutes of the meeting",
  "Re: your invoice",
  "Zażółć gęślą jaźń",
  "来週の会議について",
  "Grüße aus Köln",
  "🎉 Congratulations 🎉",
  "A subject that is so long that a mail program has to fold it over more than one line, as RFC 5322 recommends",
];

const names = ["Ana María", "Jürgen", "Bob Example", "山田太郎", "Zoë"];

const minDate = Date.UTC(2001, 0, 1) / 1000;
const maxDate = Date.UTC(2023, 11, 31) / 1000;

/** A body and what the header has to say about it. */
interface Body {
  readonly headers: readonly string[];
  readonly content: string;
}

type BodyKind = (random: Random, size: number) => Body;

const bodyKinds: readonly BodyKind[] = [plainText, eightBitText, longLine, htmlAlternative, attachment];

/** RFC 5322 octets, about `size` of them (default: random, mostly small). */
export function makeMessage(random: Random, options: { readonly size?: number } = {}): Buffer {
  const size = options.size ?? (random.chance(0.1) ? random.integer(10_000, 60_000) : random.integer(500, 6_000));
  const date = dateTime(random);
  const { headers, content } = random.pick(bodyKinds)(random, Math.max(0, size - 400));
  const lines = [
    `Return-Path: <list-bounces@example.org>`,
    `From: ${encodedWord(random.pick(names))} <sender${random.integer(1, 99)}@example.org>`,
    `To: ${encodedWord(random.pick(names))} <user@example.net>,`,
    `\tsomeone-else@example.com`,
    `Subject: ${encodedWord(random.pick(subjects))}`,
    `Date: ${date.day} ${date.month} ${date.year} ${date.time} ${date.zone}`,
    `Message-ID: <${uniqueId(random)}@example.org>`,
    `MIME-Version: 1.0`,
    ...headers,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${content}`, "utf8");
}

/** A message as it lies in a mailbox: with flags, keywords and INTERNALDATE. */
export function makeMail(random: Random, options: { readonly size?: number } = {}): AppendMessage {
  const date = dateTime(random);
  return {
    bytes: makeMessage(random, options),
    flags: makeFlags(random),
    internalDate: `${date.day.padStart(2, " ")}-${date.month}-${date.year} ${date.time} ${date.zone}`,
  };
}

export function makeFlags(random: Random): string[] {
  return [...random.some(systemFlags, 0.35), ...random.some(keywords, 0.1)];
}

function plainText(random: Random, size: number): Body {
  return {
    headers: ["Content-Type: text/plain; charset=us-ascii", "Content-Transfer-Encoding: 7bit"],
    content: text(random, size / charactersPerOctet).replace(/[^\x00-\x7f]/g, "?"),
  };
}

function eightBitText(random: Random, size: number): Body {
  return {
    headers: ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"],
    // A line with a single dot and one that looks like an mbox separator: both have tripped mail programs.
    content: `.\r\nFrom here on: 8-bit text\r\n${text(random, size)}`,
  };
}

function longLine(random: Random, size: number): Body {
  return {
    headers: ["Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 8bit"],
    content: `<p>${text(random, size).replaceAll("\r\n", " ")}</p>${random.chance(0.5) ? "\r\n" : ""}`,
  };
}

function htmlAlternative(random: Random, size: number): Body {
  return multipart(random, "alternative", [plainText(random, size / 2), longLine(random, size / 2)]);
}

function attachment(random: Random, size: number): Body {
  const file = Buffer.from(text(random, (size * 3) / 5));
  const content = file.toString("base64").replace(/.{76}/g, "$&\r\n");
  const name = `filename*=utf-8''${encodeURIComponent("Übersicht.pdf")}`;
  const headers = ["Content-Type: application/pdf", "Content-Transfer-Encoding: base64"];
  return multipart(random, "mixed", [
    eightBitText(random, size / 5),
    { headers: [...headers, `Content-Disposition: attachment; ${name}`], content },
  ]);
}

function multipart(random: Random, type: string, parts: readonly Body[]): Body {
  const boundary = `=_${uniqueId(random)}`;
  const encoded = parts.map(({ headers, content }) => `--${boundary}\r\n${headers.join("\r\n")}\r\n\r\n${content}\r\n`);
  return {
    headers: [`Content-Type: multipart/${type};`, `\tboundary="${boundary}"`],
    content: `${encoded.join("")}--${boundary}--\r\n`,
  };
}

// Made once: cutting pieces out of it is much faster than joining words for every message.
const block = makeBlock();

const charactersPerOctet = block.length / Buffer.byteLength(block);

function makeBlock(): string {
  const lines = Array.from({ length: 2_000 }, (_, line) =>
    Array.from({ length: 6 + (line % 7) }, (_, word) => words[(line * line * 7 + word * 13) % words.length]).join(" "),
  );
  return `${lines.join("\r\n")}\r\n`;
}

/** Whole lines, about so many octets in UTF-8. */
function text(random: Random, octets: number): string {
  const length = octets * charactersPerOctet;
  let result = "";
  while (result.length < length) {
    const start = block.indexOf("\n", random.integer(0, block.length - 1000)) + 1;
    const end = block.indexOf("\n", Math.min(start + length - result.length, block.length - 2)) + 1;
    result += block.slice(start, end);
  }
  return result;
}

function encodedWord(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value.length < 60 ? value : value.replace(/(.{40,70}) /g, "$1\r\n ");
  return `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;
}

function uniqueId(random: Random): string {
  return Array.from({ length: 3 }, () => random.integer(0, 2 ** 32 - 1).toString(36)).join(".");
}

function dateTime(random: Random) {
  const date = new Date(random.integer(minDate, maxDate) * 1000);
  return {
    day: String(date.getUTCDate()),
    month: months[date.getUTCMonth()]!,
    year: date.getUTCFullYear(),
    time: date.toISOString().slice(11, 19),
    zone: random.pick(zones),
  };
}
