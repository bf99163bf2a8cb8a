// The survey of a mailbox that was opened to work in it.

import { perSide } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import type { Survey } from "./survey.ts";

/** Of the mailbox as its servers have told it until now. The sizes of new messages are added when they come. */
export function surveyOpen(mailbox: OpenMailbox, { loss, fresh }: Pick<Survey, "loss" | "fresh">): void {
  const { surveys, idx, name, isRubbish, flags } = mailbox;
  const changed = perSide((side) => flags[side].count);
  surveys.set(idx, { idx, name, isRubbish, loss, changed, fresh, octets: unknown });
}

const unknown: Survey["octets"] = { local: undefined, remote: undefined };
