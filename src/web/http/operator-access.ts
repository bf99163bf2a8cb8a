// Who is the operator: whoever has the token, or a session that was begun with it.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { monotonicMs } from "../../util/monotonic.ts";
import { EventRate } from "../jobs/event-rate.ts";
import { hashOf } from "../jobs/job-secret.ts";

const sessionSeconds = 12 * 3600;
const maxSessions = 100;
const maxFailuresPerHour = 20;

export class OperatorAccess {
  readonly #token: () => string | undefined;
  /** Hashes of what cookies hold, and until when, by a clock that only runs forward. */
  readonly #sessions = new Map<string, number>();
  readonly #failures = new EventRate();

  constructor(token: () => string | undefined) {
    this.#token = token;
  }

  static readonly sessionSeconds = sessionSeconds;

  /** There is a token at all. */
  get isOpen(): boolean {
    return this.#token() !== undefined;
  }

  /** Too many wrong ones lock an address out for an hour. */
  isToken(given: string, address: string): boolean {
    const token = this.#token();
    if (token === undefined || this.#failures.count(address) >= maxFailuresPerHour) return false;
    const fits = timingSafeEqual(Buffer.from(hashOf(given)), Buffer.from(hashOf(token)));
    if (!fits) this.#failures.note(address);
    return fits;
  }

  /** Returns what the cookie holds. */
  beginSession(): string {
    const session = randomBytes(32).toString("base64url");
    this.#sessions.set(hashOf(session), monotonicMs() + sessionSeconds * 1000);
    if (this.#sessions.size > maxSessions) this.#sessions.delete(this.#sessions.keys().next().value!);
    return session;
  }

  isSession(session: string): boolean {
    return (this.#sessions.get(hashOf(session)) ?? 0) > monotonicMs();
  }

  endSession(session: string): void {
    this.#sessions.delete(hashOf(session));
  }
}
