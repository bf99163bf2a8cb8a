// Chaos: two clients change both sides at random while a daemon runs that is cut off, held up, killed and started again.
// Then peace: both sides become identical, and hold what the model says.
//   SEED=n           another course of events
//   CHAOS_MINUTES=n  of chaos: 1, or 30 with THOROUGH=campaigns
//   STORY=1          tell what happened even if all ends well
//   CHAOS_DEBUG=1    the log has all that is said to the servers

import { test } from "node:test";
import { type Course, endsWell, minutesOf, seed } from "./chaos-course.ts";

// The limit on deletions is not what is tested here.
const course: Course = {
  minutes: 1,
  settings: { "max-delete": "100%" },
  ways: [["--watch=1"], ["--notify", "--watch=1"], ["--notify"]],
};

test(`after ${minutesOf(course)} minutes of chaos both sides are identical, and nothing is lost or there twice (seed ${seed})`, (t) =>
  endsWell(t, course));
