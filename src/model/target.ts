// What --delete and --rename act on: the two servers and the database.

import { type Side, sides } from "./side.ts";

export type Target = Side | "database";

export const allTargets: readonly Target[] = [...sides, "database"];

/** The server that one has less say over goes first: where it refuses, the other is not touched. */
export const serverOrder: readonly Side[] = ["remote", "local"];
