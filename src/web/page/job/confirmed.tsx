// A button that asks first, with and without a script.

import type { VNode } from "preact";

export interface ConfirmedProps {
  readonly word: string;
  readonly question: string;
  readonly button: string;
  /** Where the form is posted to. */
  readonly action: string;
  readonly onConfirm?: (() => void) | undefined;
}

export function Confirmed({ word, question, button, action, onConfirm }: ConfirmedProps): VNode {
  return (
    <details class="confirmed">
      <summary>{word}</summary>
      <form
        method="post"
        action={action}
        onSubmit={(event) => {
          if (onConfirm === undefined) return;
          event.preventDefault();
          onConfirm();
        }}
      >
        <p>{question}</p>
        <button type="submit" class="danger">
          {button}
        </button>
      </form>
    </details>
  );
}
