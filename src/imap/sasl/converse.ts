// A mechanism's exchange as an AUTHENTICATE command (RFC 3501 6.2.2).

import { InterimapError } from "../../model/errors.ts";
import { atom, base64, type CommandPart, line, type WireText } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";
import type { Exchange } from "./exchange.ts";
import { fromBase64 } from "./scram-messages.ts";

export interface Conversation {
  /** Called twice at most: a server may not know SASL-IR although it lists it. */
  readonly begin: () => Exchange;
  /** What the server's NO or BAD means. */
  readonly explain: (refusal: CommandRefused, exchange: Exchange) => Error;
}

/**
 * Logs in.
 * @throws what `explain` returns, and what the exchange throws; then the connection is ended.
 */
export async function converse(session: Session, { begin, explain }: Conversation): Promise<void> {
  let exchange = begin();
  const talk = async (first: Buffer | undefined): Promise<void> => {
    const dialogue = new Dialogue(session, exchange, first);
    try {
      await dialogue.run();
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      // Who asked for more has understood what there was: it is not said again.
      throw dialogue.isHeard || error.status !== "BAD" ? explain(error, exchange) : error;
    }
    exchange.conclude?.();
  };
  try {
    if (exchange.first === undefined) await talk(undefined);
    else
      await whereOffered(session, "SASL-IR", {
        withIt: () => talk(exchange.first),
        withoutIt: () => {
          exchange = begin();
          return talk(undefined);
        },
      });
  } catch (error) {
    throw error instanceof CommandRefused ? explain(error, exchange) : error;
  }
}

class Dialogue {
  /** The server has asked for something. */
  isHeard = false;
  readonly #session: Session;
  readonly #exchange: Exchange;
  /** Goes out with the command (RFC 4959). */
  readonly #initial: Buffer | undefined;
  #isBegun: boolean;
  #isCancelled = false;

  constructor(session: Session, exchange: Exchange, initial: Buffer | undefined) {
    this.#session = session;
    this.#exchange = exchange;
    this.#initial = initial;
    this.#isBegun = initial !== undefined || exchange.first === undefined;
  }

  async run(): Promise<void> {
    const name = atom(this.#exchange.mechanism);
    await this.#session.run({
      name: "AUTHENTICATE",
      overlap: "alone",
      parts: this.#initial === undefined ? line`AUTHENTICATE ${name}` : withResponse(name, this.#initial),
      answerChallenge: (challenge) => this.#answer(challenge),
      isDialogue: true,
    });
  }

  #answer(challenge: string): string | Promise<string> | undefined {
    this.isHeard = true;
    if (!this.#isBegun) {
      this.#isBegun = true;
      return base64(this.#exchange.first!);
    }
    try {
      const answer = this.#exchange.answer(decoded(challenge));
      if (answer === undefined) return this.#cancel();
      if (Buffer.isBuffer(answer)) return base64(answer);
      return answer.then(base64).catch((error: unknown) => this.#giveUp(error));
    } catch (error) {
      return this.#giveUp(error);
    }
  }

  /** RFC 3501 6.2.2: the server has to answer BAD. */
  #cancel(): string | undefined {
    if (this.#isCancelled) return undefined;
    this.#isCancelled = true;
    return "*";
  }

  /** Nothing more is said to a server that is not to be believed. */
  #giveUp(error: unknown): Promise<string> {
    this.#session.destroy(error as Error);
    return new Promise(() => {});
  }
}

/** RFC 4959 3: one that is empty has a sign of its own. */
function withResponse(mechanism: WireText, response: Buffer): CommandPart[] {
  return response.length === 0
    ? line`AUTHENTICATE ${mechanism} =`
    : line`AUTHENTICATE ${mechanism} ${base64(response)}`;
}

function decoded(challenge: string): Buffer {
  const octets = fromBase64(challenge.trim());
  if (octets === undefined) throw new InterimapError("PROTOCOL", "the server's part of the login is not base64");
  return octets;
}
