// Synchronises two accounts in this process, once: without a configuration file, log file, status socket and notes.

import type { Config } from "../../config/config.ts";
import { credentialsOf } from "../../credentials/credentials-of.ts";
import { openTransport } from "../../imap/transport/open-transport.ts";
import { defaultLogPrefix, parseLogPrefix } from "../../log/log-prefix.ts";
import { createLog, type RunLog } from "../../log/logger.ts";
import { textLines } from "../../log/text-lines.ts";
import { pairOf } from "../../mail/pool/connect-pair.ts";
import { runOnPair } from "../../mail/pool/run-on-pair.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Store } from "../../state/state-store.ts";
import { namesOf, scopeOf } from "../../sync/scope.ts";
import { synchronise } from "../../sync/synchronise.ts";
import { alertsTo } from "../../watch/alerts.ts";
import type { Engine, JobSurroundings } from "../engine.ts";
import type { JobResult } from "../job-message.ts";
import type { SyncSpec } from "../job-spec.ts";
import { targetFilter } from "../job-targets.ts";
import { lineMessage } from "../line-message.ts";
import { heed, withLimit } from "../stopping.ts";
import { pairConfig, withSecrets } from "./pair-config.ts";
import { failedResult, pairErrorLine, pairResult } from "./pair-result.ts";
import { closePairStore, openPairStore } from "./pair-store.ts";
import { pairVocabulary } from "./pair-vocabulary.ts";
import { PairTeller } from "./tell-pair.ts";

export const syncEngine: Engine<SyncSpec> = { name: "sync", vocabulary: pairVocabulary, perform: syncPair };

/** Says all that there is to say, also why it did not begin. @throws what is a defect of the program */
async function syncPair(spec: SyncSpec, surroundings: JobSurroundings): Promise<JobResult> {
  const { output, env, secrets } = surroundings;
  secrets.add(spec.secrets.password1);
  secrets.add(spec.secrets.password2);
  const say = (text: string): void => {
    output.send(lineMessage(text));
  };
  const log = createLog({
    ...{ form: textLines(parseLogPrefix(defaultLogPrefix)), logfile: undefined, quiet: false, debug: 0 },
    errorOutput: { write: (text) => say(text.trimEnd()) },
  });
  const teller = new PairTeller(output.send, log);
  const stop = new AbortController();
  let stopped: string | undefined;
  const forget = heed(withLimit(surroundings.stop, spec.limits), (why) => {
    stopped = why;
    say(why);
    stop.abort();
  });
  try {
    const config = pairConfig({ ...spec, env });
    const store = openPairStore(config, spec, surroundings.fence);
    if ("damage" in store) return pairResult("STATE_DAMAGED", store.damage);
    let hasSoundState = false;
    let result: JobResult;
    try {
      result = await onStore(store, { spec, config, log, teller, signal: stop.signal, surroundings });
    } finally {
      hasSoundState = closePairStore(store, say);
    }
    const sentence = result.exitName === "INTERRUPTED" ? (stopped ?? result.sentence) : result.sentence;
    return { ...result, sentence, copied: teller.copied, hasSoundState };
  } catch (error) {
    if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
    say(pairErrorLine(error));
    return failedResult(error);
  } finally {
    forget();
    teller.end();
  }
}

interface Pair {
  readonly spec: SyncSpec;
  readonly config: Config;
  readonly log: RunLog;
  readonly teller: PairTeller;
  readonly signal: AbortSignal;
  readonly surroundings: JobSurroundings;
}

/** What ends the run for a reason becomes its result. @throws what is a defect of the program */
async function onStore(store: Store, { spec, config, log, teller, signal, surroundings }: Pair): Promise<JobResult> {
  const servers = withSecrets(config.servers, spec.secrets);
  const hide = (secret: string): void => surroundings.secrets.add(secret);
  const report = teller.note;
  const credentials = credentialsOf(servers, { log, hide, mayAsk: false });
  const { fence } = surroundings;
  const manner = { log, credentials, onAlert: alertsTo(report), fence, ...opening(spec) };
  const connections = pairOf(servers, manner);
  const scope = scopeOf({ config, mailboxes: [], allowsMassDelete: spec.allowsMassDelete }, namesOf(config));
  const { mayBeOlder } = spec;
  try {
    await runOnPair(connections, signal, async () => {
      await connections.open();
      teller.connected();
      await synchronise({
        ...{ connections, store, report, stop: signal, ...scope },
        // What a run that is not remembered has made on both sides is the same.
        matchesExisting: scope.matchesExisting || mayBeOlder,
        // The tables of another version cannot be marked.
        repairs: mayBeOlder && store.needsUpgrade,
      });
    });
  } catch (error) {
    if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
    for (const one of error.parts) log.error(pairErrorLine(one), one.side === undefined ? {} : { side: one.side });
    return failedResult(error);
  }
  const { done, left, isHeldBack } = teller;
  if (left === undefined) return pairResult("DONE", done ?? "Both sides were in step");
  return pairResult(isHeldBack ? "MASS_DELETION" : "PARTIAL", left);
}

/** Where any server is allowed, a proxy may be on the way as well. */
function opening({ targets }: SyncSpec): { readonly open?: typeof openTransport } {
  if (targets.allowsPrivate && targets.ports === undefined) return {};
  const filter = targetFilter(targets);
  return { open: (settings, options) => openTransport(settings, { ...options, targets: filter }) };
}
