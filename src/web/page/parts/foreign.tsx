// Text that servers and people gave: nothing in it can hide, or turn the writing around it.

import type { VNode } from "preact";
import { printable } from "../../../util/printable.ts";

/** A folder's name, a login, a host: control characters and overrides of direction are shown as such. */
export function Foreign({ text }: { readonly text: string }): VNode {
  return <bdi>{printable(text)}</bdi>;
}
