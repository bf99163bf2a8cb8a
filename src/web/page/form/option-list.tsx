// What else than copying everything may be wanted, in plain words.

import type { ComponentChildren, VNode } from "preact";
import { errorOf, noteId } from "./field-note.tsx";
import type { CheckField } from "./fields.ts";
import type { FormModel } from "./form-model.ts";

interface OptionText {
  readonly name: CheckField;
  readonly label: string;
  readonly sentence: string;
}

const trials: readonly OptionText[] = [
  { name: "justlogin", label: "Only check the logins", sentence: "Logs in to both mailboxes, and stops." },
  { name: "dry", label: "Dry run", sentence: "Shows what would happen. Nothing is copied, created or deleted." },
  {
    name: "justfoldersizes",
    label: "Only count",
    sentence: "Counts folders and messages on both sides, and their sizes.",
  },
  {
    name: "justfolders",
    label: "Only create the folders",
    sentence: "Creates the folders at the destination, without messages.",
  },
];

export function TrialOptions({ model }: { readonly model: FormModel }): VNode {
  return (
    <fieldset class="options">
      <legend>Try it out first</legend>
      <div class="option-grid">
        {trials.map((option) => (
          <Option key={option.name} model={model} {...option} />
        ))}
      </div>
    </fieldset>
  );
}

export function DeletingOptions({ model }: { readonly model: FormModel }): VNode {
  return (
    <fieldset class="options">
      <legend>Delete as well</legend>
      <div class="option-grid">
        <Option
          model={model}
          name="delete1"
          label="Move instead of copy"
          sentence="Deletes each message at the source once it is at the destination."
        >
          <p class="caution if-checked">
            The source will be empty in the end. Make a run without this first, and look at the result.
          </p>
        </Option>
        <Option
          model={model}
          name="delete2"
          label="Make the destination the same"
          sentence="Deletes messages at the destination that the source does not have."
        >
          <StrictConfirmation model={model} />
        </Option>
      </div>
    </fieldset>
  );
}

function StrictConfirmation({ model }: { readonly model: FormModel }): VNode {
  const error = errorOf(model.errors.value, "confirm2");
  return (
    <div class="caution if-checked">
      <p>Mail that arrived at the destination only will be lost.</p>
      <div class="check">
        <Check model={model} name="confirm2" describedBy={error === undefined ? undefined : noteId("confirm2")} />
        <label for="confirm2">Yes, delete it</label>
      </div>
      {error !== undefined && (
        <p class="note wrong" id={noteId("confirm2")}>
          {error}
        </p>
      )}
    </div>
  );
}

interface OptionProps extends OptionText {
  readonly model: FormModel;
  readonly children?: ComponentChildren;
}

function Option({ model, name, label, sentence, children }: OptionProps): VNode {
  return (
    <div class="option">
      <div class="check">
        <Check model={model} name={name} describedBy={noteId(name)} />
        <label for={name}>{label}</label>
      </div>
      <p class="note" id={noteId(name)}>
        {sentence}
      </p>
      {children}
    </div>
  );
}

interface CheckProps {
  readonly model: FormModel;
  readonly name: CheckField;
  readonly describedBy: string | undefined;
}

function Check({ model, name, describedBy }: CheckProps): VNode {
  const checked = model.checks[name];
  return (
    <input
      type="checkbox"
      id={name}
      name={name}
      value="on"
      checked={checked.value}
      onChange={(event) => (checked.value = event.currentTarget.checked)}
      aria-describedby={describedBy}
      aria-invalid={errorOf(model.errors.value, name) !== undefined}
    />
  );
}
