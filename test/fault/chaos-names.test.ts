// Chaos once more (chaos.test.ts), with mailboxes that are renamed and deleted often, and messages that are moved. The daemon hears of
// none of that: it finds out by itself. What was deleted on one side is kept on the other.

import { test } from "node:test";
import { type Course, endsWell, minutesOf, seed } from "./chaos-course.ts";

const course: Course = {
  minutes: 0.5,
  settings: { "max-delete": "100%", "follow-deletions": "YES" },
  ways: [["--watch=1"]],
  likings: { rename: 3, remove: 3, create: 2, MOVE: 3 },
};

test(`after ${minutesOf(course)} minutes of renames, moves and deletions both sides are identical, and nothing is lost (seed ${seed})`, (t) =>
  endsWell(t, course));
