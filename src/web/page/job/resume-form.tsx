// Goes on, or once more: passwords are asked for again, because nobody keeps them but the tab that may need them at once.

import type { ComponentChildren, VNode } from "preact";
import type { HostNumber } from "../../../job/job-spec.ts";
import { Foreign } from "../parts/foreign.tsx";
import type { JobActions } from "./job-actions.ts";
import type { JobState } from "./job-state.ts";
import { resumeWord } from "./resume-word.ts";

export interface ResumeFormProps {
  readonly state: JobState;
  readonly actions: JobActions;
  /** On the button, which then is not one to press without a thought. */
  readonly word?: string;
  readonly children?: ComponentChildren;
}

export function ResumeForm({ state, actions, word, children }: ResumeFormProps): VNode {
  const { status } = state;
  const { resume } = actions;
  const asksFor = (host: HostNumber): boolean => !actions.held.includes(host);
  return (
    <form
      method="post"
      action="resume"
      class="resume"
      onSubmit={(event) => {
        if (resume === undefined) return;
        event.preventDefault();
        resume(event.currentTarget);
      }}
    >
      {children}
      <p class={actions.held.length === 2 ? "note" : "soft"}>{aboutPasswords(state, actions.held)}</p>
      {actions.held.length < 2 && (
        <div class="passwords">
          {asksFor(1) && <Password name="password1" user={status.user1} side="source" />}
          {asksFor(2) && <Password name="password2" user={status.user2} side="destination" />}
        </div>
      )}
      {actions.problem !== undefined && (
        <p class="message bad" role="alert">
          <Foreign text={actions.problem} />
        </p>
      )}
      <button type="submit" class={word === undefined ? "main" : "careful"} aria-disabled={actions.isBusy}>
        {actions.isBusy ? "Starting…" : (word ?? resumeWord(state))}
      </button>
    </form>
  );
}

function aboutPasswords({ status }: JobState, held: JobActions["held"]): string {
  const [host] = held;
  if (held.length === 2) return "The passwords are still in this tab’s memory, so you need not enter them again.";
  if (host !== undefined)
    return `The password of the ${host === 1 ? "source" : "destination"} is still in this tab’s memory, so you need not enter it again.`;
  return status.state === "interrupted"
    ? "Enter the passwords to go on."
    : "Passwords are not kept, so enter them again.";
}

interface PasswordProps {
  readonly name: "password1" | "password2";
  readonly user: string;
  readonly side: string;
}

/** `off`: see the form's. */
function Password({ name, user, side }: PasswordProps): VNode {
  return (
    <div class="field">
      <label for={name}>
        Password of the {side}
        <small>
          <Foreign text={user} />
        </small>
      </label>
      <input id={name} name={name} type="password" required autocomplete="off" />
    </div>
  );
}
