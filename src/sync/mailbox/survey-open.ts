// The survey of a mailbox that was opened to work in it.

import { perSide, sides } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { type Survey, withSizes } from "./survey.ts";

/** Of the mailbox as its servers have told it until now. Its sizes are added when they come, if they were asked for. */
export function surveyOpen(mailbox: OpenMailbox, { loss, fresh }: Pick<Survey, "loss" | "fresh">): void {
  const { surveys, idx, name, isRubbish, flags, prefetched } = mailbox;
  const changed = perSide((side) => flags[side].count);
  let survey: Survey = { idx, name, isRubbish, loss, changed, fresh, octets: unknown };
  surveys.set(idx, survey);
  for (const side of sides) {
    void prefetched[side]?.sizes.then((sizes) => {
      if (sizes === undefined || surveys.get(idx) !== survey) return;
      survey = withSizes(survey, side, sizes);
      surveys.set(idx, survey);
    });
  }
}

const unknown: Survey["octets"] = { local: undefined, remote: undefined };
