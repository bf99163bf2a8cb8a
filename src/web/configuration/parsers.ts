// Parsers of the settings that only the web server has. Each throws BadValue.

import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { BadValue } from "../../config/bad-value.ts";
import { host } from "../../config/parse-host.ts";
import { port, words } from "../../config/parse-text.ts";

export interface Endpoint {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** ADDRESS:PORT or [ADDRESS]:PORT. */
export function endpoint(text: string): Endpoint {
  const [, inBrackets, plain, digits = ""] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = inBrackets ?? plain ?? "";
  const isAddress = address === "localhost" || isIP(address) !== 0;
  if (!isAddress || Number(digits) > 65535) throw new BadValue("ADDRESS:PORT, such as 127.0.0.1:8993 or [::1]:8993");
  return { address, port: Number(digits) };
}

/** Addresses and networks in CIDR notation, separated by spaces. */
export function networks(text: string): readonly string[] {
  return words(text).map((word) => {
    const [address = "", bits] = word.split("/");
    const family = isIP(address);
    const areBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    if (family === 0 || !areBits || word.split("/").length > 2)
      throw new BadValue("addresses or networks such as 10.0.0.0/8, separated by spaces");
    return word;
  });
}

/** An origin as browsers send it. */
export function origin(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol) || new URL(text).origin !== text.toLowerCase())
    throw new BadValue("an origin such as https://migrate.example.org, without a path");
  return new URL(text).origin;
}

export function origins(text: string): readonly string[] {
  return words(text).map(origin);
}

export function ports(text: string): readonly number[] | "any" {
  if (text === "any") return "any";
  const all = words(text).map(port);
  if (all.length === 0) throw new BadValue("ports such as 143 993, separated by spaces, or any");
  return all;
}

/** Host names in lower case; one that begins with `*.` stands for all below. */
export function hostPatterns(text: string): readonly string[] {
  return words(text).map((word) => {
    host(word.replace(/^\*\./, ""));
    return word.toLowerCase();
  });
}

export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(number >= least && number <= most)) throw new BadValue(`a number from ${least} to ${most}`);
    return number;
  };
}

/** A load for each core, such as 1.5. */
export function load(text: string): number {
  const number = /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : 0;
  if (number <= 0) throw new BadValue("a load for each core, such as 1.5");
  return number;
}

/** How many copies a machine of this size does at once: they mostly wait for servers. */
export function usualMaxJobs(): number {
  return 2 * availableParallelism();
}

/** Without a password: the configuration need not be secret. */
export function databaseUrl(text: string): string {
  const isUrl = /^postgres(?:ql)?:\/\/\S+$/.test(text);
  const hasPassword = /^\w+:\/\/[^/@]*:[^/]*@/.test(text) || /[?&](?:ssl)?password=/i.test(text);
  if (!isUrl || hasPassword)
    throw new BadValue("a URL such as postgresql://fleet@db.example.net/fleet, without a password");
  return text;
}
