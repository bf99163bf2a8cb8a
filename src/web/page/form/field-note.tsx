// What is said below a field: what is wrong, or else what helps.

import type { ComponentChildren, VNode } from "preact";
import type { ApiError } from "../../api.ts";
import { Foreign } from "../parts/foreign.tsx";
import { inWordsOfThePage } from "../words/sides.ts";

export function errorOf(errors: readonly ApiError[], field: string): string | undefined {
  return errors.find((one) => one.field === field)?.error;
}

/** For `aria-describedby`. */
export function noteId(field: string): string {
  return `${field}-note`;
}

export interface FieldNoteProps {
  readonly field: string;
  readonly error: string | undefined;
  readonly children?: ComponentChildren;
}

export function FieldNote({ field, error, children }: FieldNoteProps): VNode {
  return (
    <p class={error === undefined ? "note" : "note wrong"} id={noteId(field)}>
      {error === undefined ? children : <Foreign text={inWordsOfThePage(error)} />}
    </p>
  );
}
