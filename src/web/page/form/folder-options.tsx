// Which folders, and where they go.

import type { VNode } from "preact";
import { printable } from "../../../util/printable.ts";
import type { FolderPreview } from "../../api.ts";
import { Foreign } from "../parts/foreign.tsx";
import { counted } from "../words/figures.ts";
import { errorOf, FieldNote, noteId } from "./field-note.tsx";
import { canBeWritten, parseTargets, withTarget } from "./folder-targets.ts";
import type { FormActions, FormModel } from "./form-model.ts";

interface FolderOptionsProps {
  readonly model: FormModel;
  readonly actions: FormActions;
}

export function FolderOptions({ model, actions }: FolderOptionsProps): VNode {
  const isAsking = model.busy.value === "preview";
  const preview = model.preview.value;
  return (
    <fieldset class="options">
      <legend>Folders</legend>
      <div class="option-grid">
        <FolderField
          {...{ model, actions }}
          name="subfolder1"
          label="Only this folder of the source"
          note="With what is below it. Empty: all folders."
        />
        <FolderField
          {...{ model, actions }}
          name="subfolder2"
          label="Into this folder of the destination"
          note="It is created if it is not there. Empty: each to its place."
        />
      </div>
      <div class="preview-row">
        <button
          type="submit"
          formAction="/preview"
          class="second"
          onClick={askPreview(actions)}
          aria-disabled={isAsking}
        >
          {isAsking ? "Looking at both mailboxes…" : "Show where each folder goes"}
        </button>
        <p class="note">Logs in to both mailboxes and compares their folders. Nothing is changed.</p>
      </div>
      {preview !== undefined && <PreviewTable {...{ model, actions, preview }} />}
      <details open={errorOf(model.errors.value, "f1f2") !== undefined || undefined}>
        <summary>Write down targets yourself</summary>
        <div class="field">
          <label for="f1f2">Other targets</label>
          <textarea
            id="f1f2"
            name="f1f2"
            rows={4}
            spellcheck={false}
            value={model.texts.f1f2.value}
            onInput={(event) => actions.entered("f1f2", event.currentTarget.value)}
            aria-describedby={noteId("f1f2")}
            aria-invalid={errorOf(model.errors.value, "f1f2") !== undefined}
          />
          <FieldNote field="f1f2" error={errorOf(model.errors.value, "f1f2")}>
            One a line: the folder at the source, an equals sign, the folder at the destination. For instance Sent=Sent
            Items.
          </FieldNote>
        </div>
      </details>
    </fieldset>
  );
}

/** Without a script, the form is sent, and comes back with the folders. */
function askPreview(actions: FormActions) {
  return (event: { preventDefault: () => void }): void => {
    event.preventDefault();
    actions.preview();
  };
}

interface FolderFieldProps extends FolderOptionsProps {
  readonly name: "subfolder1" | "subfolder2";
  readonly label: string;
  readonly note: string;
}

function FolderField({ model, actions, name, label, note }: FolderFieldProps): VNode {
  const error = errorOf(model.errors.value, name);
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={model.texts[name].value}
        onInput={(event) => actions.entered(name, event.currentTarget.value)}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={noteId(name)}
        aria-invalid={error !== undefined}
      />
      <FieldNote field={name} error={error}>
        {note}
      </FieldNote>
    </div>
  );
}

function PreviewTable({ model, actions, preview }: FolderOptionsProps & { readonly preview: FolderPreview }): VNode {
  const targets = parseTargets(model.texts.f1f2.value);
  return (
    <div class="scroll preview" role="region" aria-labelledby="preview-caption" tabIndex={0}>
      <table>
        <caption id="preview-caption">Where each folder goes: {counted(preview.folders.length, "folder")}</caption>
        <thead>
          <tr>
            <th scope="col">At the source</th>
            <th scope="col">At the destination</th>
            <th scope="col">
              <span class="unseen">State</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.folders.map(({ folder1, folder2, isNew }) => (
            <tr key={folder1}>
              <th scope="row">
                <Foreign text={folder1} />
              </th>
              <td>
                <input
                  class="needs-script"
                  aria-label={`Folder at the destination for ${printable(folder1)}`}
                  value={targets.get(folder1) ?? folder2}
                  disabled={!canBeWritten(folder1)}
                  onInput={(event) => {
                    const target = event.currentTarget.value;
                    const isProposed = target === folder2 || target.trim() === "";
                    actions.entered(
                      "f1f2",
                      withTarget(model.texts.f1f2.value, folder1, isProposed ? undefined : target),
                    );
                  }}
                />
                <span class="without-script">
                  <Foreign text={folder2} />
                </span>
              </td>
              <td>{isNew && <span class="tag">new</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
