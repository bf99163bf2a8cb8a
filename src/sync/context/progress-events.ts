// How far a run is: events for who shows it, and for nobody else.

export type ProgressEvent =
  /** Mailboxes are gone through now; `messages`: about how many are new in them. */
  | {
      readonly type: "work-begun";
      readonly side?: undefined;
      readonly mailbox?: undefined;
      readonly mailboxes: number;
      readonly messages: number;
    }
  | { readonly type: "mailbox-begun" | "mailbox-done"; readonly side?: undefined; readonly mailbox: string };

const types: ReadonlySet<string> = new Set<ProgressEvent["type"]>(["work-begun", "mailbox-begun", "mailbox-done"]);

export function isProgress<Event extends { readonly type: string }>(event: Event): event is Event & ProgressEvent {
  return types.has(event.type);
}
