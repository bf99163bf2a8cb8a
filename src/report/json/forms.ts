// What the fields of JSON lines are made of. Only scripts and tests load these modules: the program uses their types.

import { type TProperties, Type } from "../../util/type-box.ts";

export const side = Type.Enum(["local", "remote"], { description: "The server that it is about." });

export const mailbox = Type.String({ description: "In UTF-8, with / for the hierarchy delimiter; never cut." });

export const count = Type.Integer({ minimum: 0 });

export const uid = Type.Integer({ minimum: 1, maximum: 0xffff_ffff });

/** Not in order where `sourceUids` and `uids` correspond. */
export const uids = Type.String({ pattern: "^[0-9]+(:[0-9]+)?(,[0-9]+(:[0-9]+)?)*$" });

export const reason = Type.String({ description: "In the words of the server, if it gave any." });

export const flags = Type.Array(Type.String(), { description: "As IMAP writes them: \\Seen, or a keyword." });

export const planned = Type.Boolean({ description: "True in a dry run: it was not done." });

export const exitCode = Type.Integer({ minimum: 0, maximum: 255 });

export const remedy = Type.Object(
  {
    text: Type.String({ description: "What can be done: the end of the line for people." }),
    commands: Type.Array(Type.Array(Type.String()), {
      description: "The commands in it, as lists of arguments; the first is the program.",
    }),
  },
  { description: "What can be done about it; absent if nothing is known." },
);

/** What is told of an error. */
export const error = {
  code: Type.String({ pattern: "^[A-Z_]+$", description: "As docs/errors.md lists them." }),
  exitCode,
  remedy: Type.Optional(remedy),
};

/** Of a mailbox on a server. */
export function onMailbox<const Own extends TProperties>(own: Own, description: string) {
  return Type.Object({ side, mailbox, ...own }, { description });
}

export function onServer<const Own extends TProperties>(own: Own, description: string) {
  return Type.Object({ side, ...own }, { description });
}
