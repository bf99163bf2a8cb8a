// What goes over one connection, as the debug log shows it.

import type { Log } from "../../log/log.ts";
import { trafficLine } from "../../log/traffic.ts";
import type { Side } from "../../model/side.ts";
import type { Segment } from "../codec/write-command.ts";
import type { Discretion } from "../discretion.ts";

export interface TrafficLogOptions {
  readonly log: Log;
  readonly side: Side;
  readonly discretion: Discretion;
}

/** To be made only when traffic is wanted. */
export class TrafficLog {
  readonly #log: Log;
  readonly #side: Side;
  readonly #discretion: Discretion;

  constructor({ log, side, discretion }: TrafficLogOptions) {
    this.#log = log;
    this.#side = side;
    this.#discretion = discretion;
  }

  /** A part of a command; the contents of literals are left out. */
  sent(segment: Segment): void {
    const text = segment.chunks.filter((chunk) => typeof chunk === "string").join("");
    for (const line of text.split("\r\n")) if (line !== "") this.sentLine(line);
  }

  sentLine(line: string): void {
    this.#show("C", line);
  }

  received(line: Buffer): void {
    this.#show("S", this.#discretion.forLog(line, this.#log.showsSecrets));
  }

  receivedText(line: Buffer): void {
    this.#show("S", `[${String(line.length)} octets that may be text of a message]`);
  }

  #show(direction: "C" | "S", line: string): void {
    this.#log.debug(trafficLine(direction, line, this.#log.showsSecrets), { side: this.#side });
  }
}
