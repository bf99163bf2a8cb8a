// The form with which everything begins.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ApiError } from "../../api.ts";
import { Foreign } from "../parts/foreign.tsx";
import type { ShownLimits } from "../props.ts";
import { inWordsOfThePage } from "../words/sides.ts";
import { AccountCard } from "./account-card.tsx";
import { fieldLabel } from "./fields.ts";
import { FolderOptions } from "./folder-options.tsx";
import type { FormActions, FormModel } from "./form-model.ts";
import { DeletingOptions, TrialOptions } from "./option-list.tsx";
import { Privacy } from "./privacy.tsx";
import { startWord } from "./start-word.ts";
import { TrustedKeys } from "./trusted-keys.tsx";

export interface FormViewProps {
  readonly model: FormModel;
  readonly actions: FormActions;
  readonly limits: ShownLimits;
}

export function FormView({ model, actions, limits }: FormViewProps): VNode {
  // Choices must not be hidden at first. Afterwards it stays open or closed, as people leave it.
  const [isOpen] = useState(() => hasOptions(model));
  return (
    <>
      <div class="intro">
        <h1>Move your mail</h1>
        <p>
          Copies all folders and messages from one mailbox to another, at any two providers. What is there already is
          not copied twice, and nothing is deleted unless you ask for it.
        </p>
      </div>
      <form method="post" action="/jobs" onSubmit={startInPlace(actions)} autocomplete="off">
        {/* Enter in a field presses the first one (HTML, implicit submission); that must not be the preview. */}
        <button type="submit" hidden />
        <Errors model={model} />
        <TrustedKeys model={model} />
        <div class="accounts">
          <AccountCard host={1} model={model} actions={actions} />
          <button type="button" class="swap needs-script" onClick={actions.swap}>
            <span aria-hidden="true">⇄</span> Swap
          </button>
          <AccountCard host={2} model={model} actions={actions} />
        </div>
        <Remembered model={model} actions={actions} />
        <details class="card more" open={isOpen || undefined}>
          <summary>
            Options <small>try it out, choose folders, move, or mirror</small>
          </summary>
          <TrialOptions model={model} />
          <FolderOptions model={model} actions={actions} />
          <DeletingOptions model={model} />
        </details>
        <div class="go">
          <StartButton model={model} />
          <Privacy limits={limits} />
        </div>
      </form>
    </>
  );
}

function startInPlace(actions: FormActions) {
  return (event: { preventDefault: () => void }): void => {
    event.preventDefault();
    actions.start();
  };
}

/** Still there while the form is on its way, so that the focus is not lost. */
function StartButton({ model }: { readonly model: FormModel }): VNode {
  const isBusy = model.busy.value === "start";
  return (
    <button type="submit" class="main" aria-disabled={isBusy}>
      {isBusy ? "Starting…" : startWord(model)}
    </button>
  );
}

function Errors({ model }: { readonly model: FormModel }): VNode | null {
  // What is said of certificates stands with them.
  const errors = model.errors.value.filter(({ certificates = [] }) => certificates.length === 0);
  if (errors.length === 0) return null;
  return (
    <div class="message bad" role="alert" id="errors" tabIndex={-1}>
      <h2>{headingOf(errors)}</h2>
      <ul>
        {errors.map(({ error, field }) => (
          <li key={`${field ?? ""} ${error}`}>
            {field === undefined ? (
              <Foreign text={inWordsOfThePage(error)} />
            ) : (
              <a href={`#${field}`}>
                {fieldLabel(field)}: <Foreign text={inWordsOfThePage(error)} />
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function headingOf(errors: readonly ApiError[]): string {
  if (errors.every(({ field }) => field === undefined)) return "That did not work";
  return errors.length === 1 ? "One thing is missing or wrong" : `${errors.length} things are missing or wrong`;
}

function Remembered({ model, actions }: Omit<FormViewProps, "limits">): VNode {
  const { users, hosts } = model.known.value;
  return (
    <>
      <datalist id="known-users">
        {users.map((user) => (
          <option key={user} value={user} />
        ))}
      </datalist>
      {users.length + hosts.length > 0 && (
        <p class="remembered">
          This browser remembers your logins and servers, never passwords.{" "}
          <button type="button" class="link" onClick={actions.forget}>
            Forget them
          </button>
        </p>
      )}
    </>
  );
}

function hasOptions({ texts, checks, errors, preview }: FormModel): boolean {
  const mentioned = errors.value.some(
    ({ field }) => field !== undefined && /^(?:confirm|delete|sub|f1f2|just|dry)/.test(field),
  );
  return (
    mentioned ||
    preview.value !== undefined ||
    Object.values(checks).some((check) => check.value) ||
    [texts.subfolder1, texts.subfolder2, texts.f1f2].some((text) => text.value !== "")
  );
}
