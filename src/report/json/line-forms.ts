// The lines that are no events of the engine: the first, the last, and what concerns the run itself.

import { type Static, type TObject, Type } from "../../util/type-box.ts";
import type { eventForms } from "./event-forms.ts";
import { count, error, exitCode, mailbox, side } from "./forms.ts";

/** Goes up when programs that read an earlier version would misread a later one. */
export const schemaVersion = 1;

const figures = Type.Object({
  messagesAdded: count,
  octetsAdded: count,
  messagesMoved: count,
  messagesRemoved: count,
  flagsChanged: Type.Integer({ minimum: 0, description: "Messages whose flags were changed." }),
  mailboxChanges: Type.Integer({
    minimum: 0,
    description: "Mailboxes that were created, deleted or renamed, and subscriptions that changed.",
  }),
  messagesRefused: Type.Integer({
    minimum: 0,
    description: "Messages of the other side that this side refused, now or earlier.",
  }),
});

const plan = Type.Object({
  messagesToAdd: count,
  octetsToAdd: count,
  messagesToMove: count,
  messagesToRemove: count,
  flagsToChange: count,
  mailboxChanges: count,
  isLowerBound: Type.Boolean({ description: "There may be more to add, but only a run can find out." }),
});

const perSide = <T extends TObject>(form: T) => Type.Object({ local: form, remote: form });

export const ownForms = {
  started: Type.Object(
    {
      schemaVersion: Type.Literal(schemaVersion),
      version: Type.String({ description: "Of the program." }),
      pid: count,
      command: Type.Enum(["sync", "watch", "repair", "delete", "rename"]),
      dryRun: Type.Boolean(),
      configuration: Type.Union([Type.String(), Type.Null()], { description: "As --config names it." }),
    },
    { description: "The first line." },
  ),
  note: Type.Object(
    { side: Type.Optional(side), mailbox: Type.Optional(mailbox) },
    { description: "A warning or an error that is about the program and its files; its message says what." },
  ),
  "full-check": Type.Object(
    { durationMs: count, skipped: count },
    {
      description:
        "With --watch or --notify: a full check of all mailboxes has ended. Skipped are mailboxes and messages.",
    },
  ),
  failed: Type.Object(
    { side: Type.Optional(side), ...error },
    {
      description:
        "Why the run ends before everything is done. There may be several of these events, each with its own cause.",
    },
  ),
  summary: Type.Object(
    {
      exitCode,
      durationMs: count,
      sides: perSide(figures),
      messagesMatched: Type.Integer({ minimum: 0, description: "Messages that both sides had, and that were paired." }),
      skipped: Type.Integer({
        minimum: 0,
        description: "What was skipped, refused or put off: events of these kinds.",
      }),
      planned: Type.Union([perSide(plan), Type.Null()], { description: "In a dry run: what would be done." }),
    },
    { description: "The last line." },
  ),
} as const satisfies Record<string, TObject>;

export type EventFields = { readonly [Kind in keyof typeof eventForms]: Static<(typeof eventForms)[Kind]> };
export type OwnFields = { readonly [Kind in keyof typeof ownForms]: Static<(typeof ownForms)[Kind]> };
