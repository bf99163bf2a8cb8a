// Values of a form's fields as options. A value never is an option: it stands behind a name and `=`, whatever it begins with.

import { isIP } from "node:net";
import { encodeUtf7 } from "../model/mailbox-name.ts";

/** A field of a form has a value that cannot be used. */
export class FieldError extends Error {
  readonly field: string;

  /** `words`: a sentence for whoever filled the form in. */
  constructor(field: string, words: string) {
    super(words);
    this.name = "FieldError";
    this.field = field;
  }
}

/** Makes options of one value of a field. @throws FieldError */
export type Reader = (field: string, value: string) => readonly string[];

const mostCharacters = 1000;
const mostPairs = 1000;
/** Longer ones are no names (RFC 1035 2.3.4). */
const mostInHost = 255;

/** Line breaks and what else nobody types; halves of characters. */
const unusable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** One line that somebody may have typed. @throws FieldError */
function plainText(field: string, value: string): string {
  if (value.length > mostCharacters)
    throw new FieldError(field, `This is too long: ${mostCharacters} characters are allowed.`);
  if (unusable.test(value)) throw new FieldError(field, "This contains line breaks or other control characters.");
  return value;
}

export const asText: Reader = (field, value) => [`--${field}=${plainText(field, value)}`];

/** A mailbox, of which there may be several. */
export const asFolder: Reader = (field, value) => asText(field, value);

/** A mailbox as people read it, `R&D`, and not as IMAP writes it. */
export const asShownFolder: Reader = (field, value) => [`--${field}=${wireName(plainText(field, value))}`];

/** One pair: the original's form has the field several times. */
export const asPair: Reader = (field, value) => [`--${field}=${foldersOf(field, value).join("=")}`];

/** A pair a line, of mailboxes as people read them. */
export const asShownPairs: Reader = (field, value) => {
  const lines = value.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== "");
  if (lines.length > mostPairs) throw new FieldError(field, `At most ${mostPairs} folders can get another name.`);
  return lines.map((line) => {
    const [from, to] = foldersOf(field, line);
    return `--${field}=${wireName(from.trim())}=${wireName(to.trim())}`;
  });
};

/** As they stand on both sides of the first `=`. A folder without a name is none. */
function foldersOf(field: string, value: string): readonly [string, string] {
  const [, from = "", to = ""] = /^([^=]*)=(.*)$/s.exec(plainText(field, value)) ?? [];
  if (from.trim() !== "" && to.trim() !== "") return [from, to];
  const shown = value.length > 50 ? `${value.slice(0, 50)}…` : value;
  throw new FieldError(field, `“${shown}” is no pair of folders; write “this folder=that folder”.`);
}

/** ASCII without `&` is written as it is read. */
function wireName(name: string): string {
  return encodeUtf7(name.normalize("NFC"));
}

/** What a box says that is ticked, or not; neither changes what holds where the box is missing. */
export const asSwitch: Reader = (field, value) => {
  if (/^(?:on|1|yes|true)$/i.test(value)) return [`--${field}`];
  if (/^(?:off|0|no|false)$/i.test(value)) return [];
  throw new FieldError(field, "This is either on or off.");
};

export const asCount: Reader = (field, value) => {
  if (!/^\d{1,15}$/.test(value)) throw new FieldError(field, "This must be a whole number.");
  return [`--${field}=${value}`];
};

/** `imap.example.org`, `imap.example.org:1143`, `imaps://imap.example.org:9993` for TLS from the beginning, `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]:1143`. */
export const asHost: Reader = (field, value) => {
  const { host, port, usesTls } = hostAndPort(value);
  const isName = host.length <= mostInHost && /^[\p{L}\p{M}\p{N}._-]+$/u.test(host) && !host.startsWith("-");
  if (!isName && (isIP(host) === 0 || host.includes("%")))
    throw new FieldError(field, "This is not the name of a server. An example is imap.example.org.");
  if (port !== undefined && (port < 1 || port > 65_535))
    throw new FieldError(field, "Ports are numbers from 1 to 65535.");
  return [
    `--${field}=${host}`,
    ...(port === undefined ? [] : [`--${field.replace("host", "port")}=${port}`]),
    ...(usesTls ? [`--${field.replace("host", "ssl")}`] : []),
  ];
};

export interface HostAndPort {
  readonly host: string;
  readonly port: number | undefined;
  /** From the beginning, as the URL says; else the port decides. */
  readonly usesTls: boolean;
}

/** Without what people copy along from elsewhere. The port is only behind a colon that cannot belong to an IPv6 address. */
export function hostAndPort(value: string): HostAndPort {
  const usesTls = /^\s*imaps:\/\//i.test(value);
  const text = value.trim().replace(/^imaps?:\/\/|\/+$/gi, "");
  const [, bracketed, name = bracketed, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (name === undefined) return { host: text, port: undefined, usesTls };
  return { host: name, port: digits === undefined ? undefined : Number(digits), usesTls };
}

/** As messages about certificates have them. */
export const asFingerprint: Reader = (field, value) => {
  if (!/^sha256\$pub\$[0-9a-f]{64}$/i.test(value)) throw new FieldError(field, "This is not the fingerprint of a key.");
  return [`--sslargs${field.slice(-1)}=SSL_fingerprint=${value}`];
};

/** It has no effect here. */
export const asNothing: Reader = () => [];

/** @throws FieldError */
export function passwordIn(field: string, value: string): string {
  if (value.length > mostCharacters) throw new FieldError(field, "This is too long for a password.");
  // No server can be sent these.
  if (/[\0\r\n\p{Cs}]/u.test(value)) throw new FieldError(field, "This password contains line breaks.");
  return value;
}
