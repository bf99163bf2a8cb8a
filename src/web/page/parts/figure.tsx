// A figure with its name, in a list of figures.

import type { VNode } from "preact";

export function Figure({ term, value }: { readonly term: string; readonly value: string }): VNode {
  return (
    <div class="figure">
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}
