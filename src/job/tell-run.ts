// From what the copier tells to the messages of a job, beside its lines.

import type { CopyEvent } from "../copier/events.ts";
import type { Options } from "../copier/options/options.ts";
import type { Consumer } from "../copier/report/reporter.ts";
import type { Statistics } from "../copier/report/statistics.ts";
import type { HostFailure, JobResult, RefusedCertificate } from "./job-message.ts";
import { leftMessages } from "./left-messages.ts";
import type { MessageOutput } from "./message-output.ts";
import { FolderTeller } from "./tell-folders.ts";
import { ProgressTeller } from "./tell-progress.ts";
import { verifiedMessages } from "./verified-messages.ts";

export class RunTeller implements Consumer {
  readonly #output: MessageOutput;
  readonly #folders: FolderTeller;
  readonly #progress: ProgressTeller;
  readonly #isDry: boolean;
  readonly certificates: RefusedCertificate[] = [];
  readonly failures: HostFailure[] = [];
  /** The longest time for which a server wants to be left alone. */
  wait: JobResult["wait"] = undefined;
  /** Of errors and notices. */
  lastWords = "";

  constructor(output: MessageOutput, statistics: Statistics, options: Options) {
    this.#output = output;
    this.#isDry = options.dry === true;
    this.#folders = new FolderTeller((messages) => {
      output.sendAll(messages);
    }, options);
    this.#progress = new ProgressTeller(output.send, statistics);
  }

  readonly emit = (event: CopyEvent): void => {
    this.#folders.note(event);
    this.#progress.note(event);
    switch (event.type) {
      case "notice":
        this.lastWords = event.text;
        break;
      case "error":
        this.lastWords = event.error.text;
        break;
      case "account-failed":
        this.failures.push({ host: event.host, exitName: event.exit, sentence: event.text });
        break;
      case "turned-away":
        if (event.retryAfterMs > (this.wait?.ms ?? 0)) this.wait = { host: event.host, ms: event.retryAfterMs };
        break;
      case "certificate-refused":
        this.#refused(event);
        break;
      case "folder-verified":
        this.#output.sendAll(verifiedMessages(event));
        break;
      case "messages-to-copy":
      case "messages-skipped":
      case "message-failed":
        this.#output.sendAll(leftMessages(event, { isDry: this.#isDry }));
        break;
      default:
        break;
    }
  };

  readonly end = (): void => {
    this.#folders.end();
    this.#progress.end();
  };

  #refused({ host, certificate }: Extract<CopyEvent, { type: "certificate-refused" }>): void {
    const { keyDigest, ...facts } = certificate;
    const refused: RefusedCertificate = { host, ...facts, fingerprint: `sha256$pub$${keyDigest}` };
    this.certificates.push(refused);
    this.#output.send({ type: "certificate", ...refused });
  }
}
