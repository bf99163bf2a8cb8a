// Goes on, or once more: the passwords are asked for again, because nobody kept them.

import type { ComponentChildren, VNode } from "preact";
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
  const isInterrupted = status.state === "interrupted";
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
      {actions.hasPasswords ? (
        <p class="note">The passwords are still in this tab’s memory, so you need not enter them again.</p>
      ) : (
        <>
          <p class="soft">
            {isInterrupted ? "Enter the passwords to go on." : "Passwords are not kept, so enter them again."}
          </p>
          <div class="passwords">
            <Password name="password1" user={status.user1} side="source" />
            <Password name="password2" user={status.user2} side="destination" />
          </div>
        </>
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
