// s/…/…/ and s/…/…/g over a text.

import type { Pattern } from "./pattern.ts";
import type { Template } from "./template.ts";

export interface Replacement {
  readonly pattern: Pattern;
  readonly template: Template;
  readonly isGlobal: boolean;
}

/** Where Perl has matched nothing at all it looks at the same place for something longer, before it goes on. */
export function replace(text: string, { pattern, template, isGlobal }: Replacement): string {
  let found = pattern.find(text, 0);
  if (found === undefined) return text;
  let result = "";
  let copied = 0;
  while (found !== undefined) {
    result += text.slice(copied, found.start) + template(found);
    copied = found.end;
    if (!isGlobal) break;
    if (found.end > found.start) found = pattern.find(text, copied);
    else {
      found = pattern.findLonger?.(text, copied);
      if (found === undefined && copied < text.length) found = pattern.find(text, copied + 1);
    }
  }
  return result + text.slice(copied);
}
