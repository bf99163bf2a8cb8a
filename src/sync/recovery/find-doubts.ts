// Whether the UIDs that were recorded of a mailbox may be other messages' by now.

import { perSide } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { judgeSample } from "../identity/identity-sample.ts";
import { type Doubts, findGoneBack } from "./gone-back.ts";

/** By the messages that were asked for together with SELECT, and by the numbers that it told. */
export async function findDoubts(mailbox: OpenMailbox): Promise<Doubts> {
  const sampled = mailbox.sample && (await judgeSample(mailbox, mailbox.sample));
  const goneBack = await findGoneBack(mailbox);
  return perSide((side) => goneBack[side] ?? sampled?.[side]);
}
