// Exchanges source and destination, in all that is about one of them.

import { batch } from "@preact/signals";
import { accountFields } from "./fields.ts";
import type { FormModel } from "./form-model.ts";

export function swapSides({ texts, errors, suggestions, preview, certificates, trusted }: FormModel): void {
  const pairs = [
    ...accountFields.map((field) => [texts[`${field}1`], texts[`${field}2`]] as const),
    [texts.subfolder1, texts.subfolder2] as const,
  ];
  batch(() => {
    for (const [one, two] of pairs) [one.value, two.value] = [two.value, one.value];
    [suggestions[1].value, suggestions[2].value] = [suggestions[2].value, suggestions[1].value];
    // They were about the other direction.
    texts.f1f2.value = "";
    preview.value = undefined;
    certificates.value = [];
    trusted.value = { 1: undefined, 2: undefined };
    errors.value = [];
  });
}
