// One of the two mailboxes: login, password, server.

import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import { errorOf, FieldNote, noteId } from "./field-note.tsx";
import type { Host } from "./fields.ts";
import type { FormActions, FormModel } from "./form-model.ts";

export interface AccountCardProps {
  readonly host: Host;
  readonly model: FormModel;
  readonly actions: FormActions;
}

export function AccountCard(props: AccountCardProps): VNode {
  const { host } = props;
  return (
    <fieldset class="card account">
      <legend>
        {host === 1 ? "Source" : "Destination"}
        <small>{host === 1 ? "the mailbox that you move from" : "the mailbox that you move to"}</small>
      </legend>
      <Login {...props} />
      <Password {...props} />
      <Server {...props} />
    </fieldset>
  );
}

function Login({ host, model, actions }: AccountCardProps): VNode {
  const name = `user${host}` as const;
  const error = errorOf(model.errors.value, name);
  return (
    <div class="field">
      <label for={name}>Login</label>
      <input
        id={name}
        name={name}
        value={model.texts[name].value}
        onInput={(event) => actions.entered(name, event.currentTarget.value)}
        list="known-users"
        required
        autocomplete={host === 1 ? "section-source username" : "off"}
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={noteId(name)}
        aria-invalid={error !== undefined}
      />
      <FieldNote field={name} error={error}>
        Usually the mail address.
      </FieldNote>
    </div>
  );
}

/**
 * A password manager keeps one login for each site. It may keep that of the source; the destination's fields are `off`, because
 * managers would keep its password with the source's login.
 */
function Password({ host, model, actions }: AccountCardProps): VNode {
  const name = `password${host}` as const;
  const error = errorOf(model.errors.value, name);
  const isShown = useSignal(false);
  return (
    <div class="field">
      <label for={name}>Password</label>
      <div class="joined">
        <input
          id={name}
          name={name}
          {...(isShown.value ? { type: "text" as const } : { type: "password" as const })}
          value={model.texts[name].value}
          onInput={(event) => actions.entered(name, event.currentTarget.value)}
          required
          autocomplete={host === 1 ? "section-source current-password" : "off"}
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={noteId(name)}
          aria-invalid={error !== undefined}
        />
        <button
          type="button"
          class="needs-script quiet"
          aria-pressed={isShown.value}
          aria-label={`Show the password of the ${host === 1 ? "source" : "destination"}`}
          onClick={() => (isShown.value = !isShown.value)}
        >
          {isShown.value ? "Hide" : "Show"}
        </button>
      </div>
      <FieldNote field={name} error={error} />
    </div>
  );
}

function Server({ host, model, actions }: AccountCardProps): VNode {
  const name = `host${host}` as const;
  const error = errorOf(model.errors.value, name);
  const suggested = model.suggestions[host].value;
  const note = suggested?.note;
  return (
    <div class="field">
      <label for={name}>Server</label>
      <input
        id={name}
        name={name}
        value={model.texts[name].value}
        onInput={(event) => actions.entered(name, event.currentTarget.value)}
        list={`servers${host}`}
        required
        placeholder="imap.example.org"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        inputMode="url"
        aria-describedby={noteId(name)}
        aria-invalid={error !== undefined}
      />
      <datalist id={`servers${host}`}>
        {suggested?.servers.map((server) => (
          <option key={server.host} value={server.host}>
            {server.why}
          </option>
        ))}
        {model.known.value.hosts.map((known) => (
          <option key={`known ${known}`} value={known}>
            used before
          </option>
        ))}
      </datalist>
      <div aria-live="polite">
        <FieldNote field={name} error={error}>
          {note !== undefined ? <Foreign text={note} /> : <ProposedServer {...{ host, model }} />}
        </FieldNote>
      </div>
    </div>
  );
}

/** Why the server in the field is there, if it is one that was suggested. */
function ProposedServer({ host, model }: Pick<AccountCardProps, "host" | "model">): VNode {
  const value = model.texts[`host${host}`].value;
  const suggestion = model.suggestions[host].value?.servers.find((server) => server.host === value);
  if (suggestion === undefined) return <>The name of its IMAP server.</>;
  return (
    <>
      Suggested: <Foreign text={suggestion.why} />.
    </>
  );
}
