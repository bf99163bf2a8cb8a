// What a process that does a job said, as a message.

import type { JobMessage } from "./job-message.ts";

const types: Readonly<Record<JobMessage["type"], true>> = {
  line: true,
  progress: true,
  folder: true,
  left: true,
  verified: true,
  certificate: true,
  ended: true,
};

/** @throws SyntaxError if it is no message. Its values are as the process wrote them. */
export function parseMessage(line: string): JobMessage {
  const message: unknown = JSON.parse(line);
  if (
    typeof message !== "object" ||
    message === null ||
    !("type" in message) ||
    !Object.hasOwn(types, String(message.type))
  )
    throw new SyntaxError("the process said something that is no message of a job");
  return message as JobMessage;
}
