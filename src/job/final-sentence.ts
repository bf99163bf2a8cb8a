// What became of a job, in a sentence for whoever asked for it.

import type { Options } from "../copier/options/options.ts";
import type { ExitName } from "../copier/report/exit-code.ts";
import { sentences } from "../copier/report/final-lines.ts";
import type { Statistics } from "../copier/report/statistics.ts";
import { counted } from "../util/counted.ts";
import type { HostFailure, RefusedCertificate } from "./job-message.ts";

export interface JobOutcome {
  readonly exitName: ExitName;
  readonly options: Options;
  readonly statistics: Statistics;
  readonly certificates: readonly RefusedCertificate[];
  readonly failures: readonly HostFailure[];
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
  /** The last line that was said of it while it was on. */
  readonly lastWords: string;
}

export function finalSentence(outcome: JobOutcome): string {
  const { exitName, options, statistics, certificates, failures, stopped, lastWords } = outcome;
  const { copied, foldersBegun } = statistics;
  if (stopped !== undefined) return `${stopped} ${counted(copied, "message was", "messages were")} copied by then.`;
  const hosts = certificates.map(({ host }) => `host${host}`);
  const notTrusted =
    hosts.length > 1 ? `The certificates of ${hosts.join(" and ")} are` : `The certificate of ${hosts.join()} is`;
  if (hosts.length > 0) return `${notTrusted} not trusted. Nothing was copied.`;
  const limit = exitName === "EXIT_TRANSFER_EXCEEDED" ? "The limit of octets for one job is reached. " : "";
  if (exitName === "EX_OK" || foldersBegun > 0) return limit + modeSentence(options, statistics);
  return failures.length > 1 ? failures.map((failure) => failure.sentence).join(". ") : lastWords;
}

function modeSentence(options: Options, statistics: Statistics): string {
  const { toCopy, errors } = statistics;
  const failed =
    errors.count === 0 ? "" : ` There ${errors.count === 1 ? "was 1 error" : `were ${errors.count} errors`}.`;
  if (options.justconnect === true) return "Both servers answer. Nobody logged in.";
  if (options.justlogin === true) return "Both logins work. Nothing was copied.";
  if (options.justfoldersizes === true || options.justfolderlists === true || options.justautomap === true)
    return "The folders are listed. Nothing was copied.";
  if (options.justfolders === true && options.dry === true) return `A dry run: nothing was created.${failed}`;
  if (options.justfolders === true) return `The folders are on host2. No message was copied.${failed}`;
  if (options.dry === true) return `A dry run: ${counted(toCopy, "message", "messages")} would be copied.${failed}`;
  return `${sentences(statistics, options)[0] ?? "Done."}${failed}`;
}
