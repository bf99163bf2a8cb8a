// What is kept, where, and for how long.

import type { VNode } from "preact";
import type { ShownLimits } from "../props.ts";
import { counted, roughly, size } from "../words/figures.ts";

export function Privacy({ limits }: { readonly limits: ShownLimits }): VNode {
  return (
    <ul class="privacy">
      <li>
        {limits.endsWithTab
          ? "Keep the next page open: the copy ends when you close it, and goes on from there when you start it again."
          : "You may close this page while it runs. Enter the same values again to see how it goes."}
      </li>
      <li>Passwords stay in memory while the copy runs. They are never written anywhere.</li>
      <li>
        The log, with folder names and figures but none of your mail, is kept for {counted(limits.keptDays, "day")}. You
        can delete it sooner.
      </li>
      {(limits.octets !== undefined || limits.seconds !== undefined) && <li>{limitSentence(limits)}</li>}
    </ul>
  );
}

function limitSentence({ octets, seconds }: ShownLimits): string {
  const parts = [octets === undefined ? undefined : size(octets), seconds === undefined ? undefined : roughly(seconds)];
  return `One run copies for at most ${parts.filter((part) => part !== undefined).join(" or ")}. Start it again to go on.`;
}
