// Asks DNS by Node's resolver, within a time limit, and remembers a bounded number of answers.

import { Resolver } from "node:dns/promises";
import type { DnsQuestions } from "./discover.ts";

export interface NodeDnsOptions {
  /** Of each question. */
  readonly timeoutMs?: number;
  /** A name that only leads elsewhere is not told to exist: it may be one of a network behind this machine. */
  readonly allowsAddress: (address: string) => boolean;
  readonly resolver?: Pick<Resolver, "resolveSrv" | "resolveMx" | "resolve4" | "resolve6">;
}

const maxAnswers = 2_000;
const keptMs = 10 * 60_000;

export function nodeDns({ timeoutMs = 2_000, allowsAddress, ...options }: NodeDnsOptions): DnsQuestions {
  const resolver = options.resolver ?? new Resolver({ timeout: timeoutMs, tries: 1 });
  const ask = bounded(timeoutMs);
  return {
    srv: (name) => ask(`SRV ${name}`, () => resolver.resolveSrv(name), []),
    mx: (name) =>
      ask(
        `MX ${name}`,
        async () => (await resolver.resolveMx(name)).sort((a, b) => a.priority - b.priority).map((one) => one.exchange),
        [],
      ),
    hasAddress: (name) =>
      ask(
        `A ${name}`,
        async () => {
          const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
          return found.flatMap((one) => (one.status === "fulfilled" ? one.value : [])).some(allowsAddress);
        },
        false,
      ),
  };
}

type Ask = <Answer>(question: string, answer: () => Promise<Answer>, otherwise: Answer) => Promise<Answer>;

function bounded(timeoutMs: number): Ask {
  const answers = new Map<string, { readonly answer: Promise<unknown>; readonly until: number }>();
  return async (question, answer, otherwise) => {
    const known = answers.get(question);
    if (known !== undefined && known.until > performance.now()) return known.answer as Promise<typeof otherwise>;
    const asked = inTime(answer(), timeoutMs, otherwise);
    answers.delete(question);
    answers.set(question, { answer: asked, until: performance.now() + keptMs });
    for (const oldest of answers.keys()) {
      if (answers.size <= maxAnswers) break;
      answers.delete(oldest);
    }
    return asked;
  };
}

async function inTime<Answer>(answer: Promise<Answer>, ms: number, otherwise: Answer): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([answer.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}
