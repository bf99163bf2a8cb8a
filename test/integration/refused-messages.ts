// Messages and changes that a server refuses: making it do so, what is recorded of them, and making it time to offer them again.

import type { Side } from "../../src/model/side.ts";
import type { InterimapHome } from "../support/run-interimap.ts";
import type { Verdict } from "../support/traffic-proxy.ts";
import type { TwoStores } from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";

export interface RefusedRow {
  readonly side: unknown;
  readonly uid: number;
  readonly size: number;
  readonly messageId: unknown;
  readonly reason: unknown;
  readonly attempts: number;
}

/** Not while a process has the database. */
export function refusedIn({ databaseFile }: InterimapHome): RefusedRow[] {
  const rows = dump(databaseFile).rows["refused"] ?? [];
  return rows.map(([, side, uid, size, messageId, reason, , , attempts]) => ({
    ...{ side, messageId, reason },
    ...{ uid: Number(uid), size: Number(size), attempts: Number(attempts) },
  }));
}

/** As if the last attempt had been long ago. */
export function makeDue({ databaseFile }: InterimapHome): void {
  execute(databaseFile, "UPDATE refused SET last_attempt = last_attempt - 86400");
}

/** The server answers the APPENDs to `box` that come next with these words; undefined: as it does. */
export function answerAppends(
  stores: TwoStores,
  { target, box }: { readonly target: Side; readonly box: string },
  answers: readonly (string | undefined)[],
): void {
  for (const answer of answers) {
    stores.hold(target, "client", {
      pattern: new RegExp(`^\\S+ APPEND ${box} `),
      action: (line): Verdict => {
        if (answer === undefined) return undefined;
        const [tag = ""] = line.split(" ");
        stores.hold(target, "server", {
          pattern: new RegExp(`^${tag} NO \\[TRYCREATE\\]`),
          action: () => ({ instead: `${tag} ${answer}` }),
        });
        return { instead: line.replace(` ${box} `, " no-such-mailbox ") };
      },
    });
  }
}

/** The server answers commands that match with these words instead of carrying them out, until that is taken back. */
export function refuse(
  stores: TwoStores,
  side: Side,
  { pattern, answer }: { readonly pattern: RegExp; readonly answer: string },
): () => void {
  let isOver = false;
  const again = (): void =>
    stores.hold(side, "client", {
      pattern,
      action: (line): Verdict => {
        if (isOver) return undefined;
        again();
        const [tag = ""] = line.split(" ");
        stores.hold(side, "server", {
          pattern: new RegExp(`^${tag} OK`),
          action: () => ({ instead: `${tag} ${answer}` }),
        });
        return { instead: `${tag} NOOP` };
      },
    });
  again();
  return () => {
    isOver = true;
  };
}

/** Every APPEND is answered with these words, until that is taken back; `isMeant` chooses among them by their size. */
export function refuseAppends(
  stores: TwoStores,
  target: Side,
  { answer, isMeant = () => true }: { answer: string; isMeant?: (size: number) => boolean },
): () => void {
  let isOver = false;
  const again = (): void =>
    stores.hold(target, "client", {
      pattern: /^\S+ APPEND /,
      action: (line): Verdict => {
        if (isOver) return undefined;
        again();
        if (!isMeant(Number(/\{(\d+)\+?\}$/.exec(line)?.[1] ?? 0))) return undefined;
        const [tag = ""] = line.split(" ");
        stores.hold(target, "server", {
          pattern: new RegExp(`^${tag} NO \\[TRYCREATE\\]`),
          action: () => ({ instead: `${tag} ${answer}` }),
        });
        return { instead: line.replace(/ APPEND \S+ /, " APPEND no-such-mailbox ") };
      },
    });
  again();
  return () => {
    isOver = true;
  };
}
