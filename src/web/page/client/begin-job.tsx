// The page of a job with a script: it follows the job, shows all of its log, and can be used without leaving it.

import { batch, computed, effect, signal } from "@preact/signals";
import { hydrate, render } from "preact";
import type { HostNumber } from "../../../job/job-spec.ts";
import type { JobStarted } from "../../api.ts";
import type { Connection, JobActions } from "../job/job-actions.ts";
import { afterEvent, hasEnded, isNew, type JobEvent, jobState } from "../job/job-state.ts";
import { JobView } from "../job/job-view.tsx";
import { titleInWords } from "../job/job-words.ts";
import { refusedPasswords } from "../job/refused-passwords.ts";
import type { JobPageProps } from "../props.ts";
import { utc } from "../words/figures.ts";
import { announce } from "./announce.ts";
import { dropPasswords, heldPasswords, holdPasswords } from "./held-passwords.ts";
import { followEvents } from "./job-events.ts";
import { LiveLog } from "./live-log.tsx";
import { logModel } from "./log-model.ts";
import { post } from "./post.ts";
import type { Visit } from "./visit.ts";

const passwordFields = ["password1", "password2"] as const;

/** What comes in meanwhile is shown at once. */
const gatherMs = 120;

/** Returns what ends it. */
export function beginJob(root: HTMLElement, props: JobPageProps, visit: Visit): () => void {
  const state = signal(jobState(props));
  const connection = signal<Connection>("written");
  const log = logModel(props.log);
  const problem = signal<string>();
  const isBusy = signal(false);
  /** Not at first: the server cannot know the reader's zone. */
  const time = signal(utc);

  /** Busy from then on, but for an answer that says what is wrong. */
  async function send<Value>(path: string, fields: Iterable<readonly [string, string]>): Promise<Value | undefined> {
    isBusy.value = true;
    problem.value = undefined;
    const answer = await post<Value>(path, fields);
    if ("value" in answer) return answer.value;
    batch(() => {
      isBusy.value = false;
      problem.value = answer.error.error;
    });
    return undefined;
  }

  async function abort(): Promise<void> {
    await send("abort", []);
    isBusy.value = false;
  }

  /** Stays busy until the next page is there: a button that came back before would be pressed again. */

  async function resume(form: HTMLFormElement): Promise<void> {
    if (isBusy.value) return;
    const held = heldPasswords();
    const fields = new FormData(form);
    for (const name of passwordFields) {
      if (!fields.has(name) && held !== undefined) fields.set(name, held[name]);
    }
    const texts = textsOf(fields);
    const started = await send<JobStarted>("resume", texts);
    if (started === undefined) return;
    const { password1 = "", password2 = "" } = Object.fromEntries(texts);
    holdPasswords({ password1, password2 });
    await visit(`/jobs/${encodeURIComponent(started.id)}/`);
  }

  /** With the passwords that were not refused. */
  function toForm(): void {
    const held = heldPasswords();
    const isHeld = ([1, 2] as const).map((host) => actions.value.held.includes(host));
    if (held !== undefined)
      holdPasswords({
        password1: isHeld[0] === true ? held.password1 : "",
        password2: isHeld[1] === true ? held.password2 : "",
      });
    void visit("form");
  }

  const actions = computed((): JobActions => ({
    abort: () => void abort(),
    resume: (form) => void resume(form as HTMLFormElement),
    toForm,
    held: heldPasswords() === undefined || !hasEnded(state.value) ? [] : others(refusedPasswords(state.value)),
    problem: problem.value,
    isBusy: isBusy.value,
    time: time.value,
  }));

  const view = (
    <JobView
      state={state}
      connection={connection}
      actions={actions}
      limits={props.limits}
      attached={props.attached}
      log={<LiveLog model={log} tail={props.log} />}
    />
  );
  // What was written cannot know of passwords in this tab.
  if (actions.value.held.length > 0) render(view, emptied(root));
  else hydrate(view, root);
  time.value = localTime;

  const gathered = gather((events) =>
    batch(() => {
      for (const event of events) {
        if (!isNew(state.value, event)) continue;
        if (event.name === "lines") log.add(event.data);
        state.value = afterEvent(state.value, event);
      }
    }),
  );
  const ends = [
    effect(() => {
      document.title = titleInWords(state.value);
      const { status, progress } = state.value;
      const isIn = progress !== undefined && progress.phase !== "connecting" && progress.phase !== "finishing";
      if (isIn || status.state === "done" || status.state === "aborted") dropPasswords();
    }),
    announce(state),
    log.end,
    gathered.end,
  ];
  if (!hasEnded(state.value)) {
    const follow = followEvents({
      lastEventId: () => gathered.lastEventId() ?? state.value.lastEventId,
      onEvent: gathered.add,
      onConnection: (now) =>
        batch(() => {
          connection.value = now;
          // What did not get through then may be tried again.
          if (now === "live") problem.value = undefined;
        }),
      hasEnded: () => {
        gathered.flush();
        return hasEnded(state.value);
      },
    });
    ends.push(follow);
  }
  return () => ends.forEach((end) => end());
}

interface Gathered {
  readonly add: (event: JobEvent) => void;
  readonly flush: () => void;
  /** Of those that wait. */
  readonly lastEventId: () => number | undefined;
  readonly end: () => void;
}

function gather(take: (events: readonly JobEvent[]) => void): Gathered {
  let events: JobEvent[] = [];
  let timer: number | undefined;
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const taken = events;
    events = [];
    if (taken.length > 0) take(taken);
  }
  return {
    add: (event) => {
      events.push(event);
      timer ??= setTimeout(flush, gatherMs) as unknown as number;
    },
    flush,
    lastEventId: () => events.findLast(({ id }) => id !== undefined)?.id,
    end: () => clearTimeout(timer),
  };
}

function localTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

function textsOf(fields: FormData): readonly (readonly [string, string])[] {
  return [...fields].map(([name, value]) => [name, typeof value === "string" ? value : ""] as const);
}

function others(hosts: readonly HostNumber[]): readonly HostNumber[] {
  return ([1, 2] as const).filter((host) => !hosts.includes(host));
}

function emptied(root: HTMLElement): HTMLElement {
  root.replaceChildren();
  return root;
}
