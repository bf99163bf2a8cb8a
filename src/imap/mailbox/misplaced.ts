// Tells what a server reports of a message from what it answers.

import type { FetchResponse } from "../responses.ts";

/** It has items that nobody asked for: the answer to something else, under a wrong UID or too late. */
export function isMisplaced({ body, headerFields, internalDate, size }: FetchResponse): boolean {
  return body !== undefined || headerFields !== undefined || internalDate !== undefined || size !== undefined;
}
