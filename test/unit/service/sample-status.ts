// A status with everything in it, for the tests of what is made of it.

import type { StatusDocument } from "../../../src/service/status-document.ts";

export const sampleStatus: StatusDocument = {
  version: "1.2.3",
  at: "2025-03-01T12:00:00.000Z",
  database: { path: "/data/x.db", state: "current" },
  daemon: {
    pid: 4711,
    startedAt: "2025-02-27T11:59:00.000Z",
    activity: "waiting",
    sides: {
      local: {
        state: "connected",
        since: "2025-03-01T09:00:00.000Z",
        retryAt: null,
        reason: null,
        attention: "notify",
        connections: 3,
      },
      remote: {
        state: "waiting",
        since: "2025-03-01T11:59:30.000Z",
        retryAt: "2025-03-01T12:00:20.000Z",
        reason: "connection refused\x1b[2J",
        attention: "poll",
        connections: 1,
      },
    },
    looks: 12,
    mailboxesSynchronised: 34,
    nextLookAt: "2025-03-01T12:05:00.000Z",
  },
  lastLook: { at: "2025-03-01T11:57:00.500Z", durationMs: 1234, leftOut: 2 },
  mailboxes: [
    {
      name: "INBOX",
      subscribed: true,
      messages: { local: 1234, remote: 1233 },
      mapped: 1233,
      refused: 1,
      synchronisedAt: "2025-03-01T11:57:00.000Z",
      unfinished: false,
      states: {
        local: { uidValidity: 1, uidNext: 2000, highestModSeq: "18446744073709551615" },
        remote: { uidValidity: 2, uidNext: 3000, highestModSeq: "17" },
      },
    },
    {
      name: "日本語/é",
      subscribed: false,
      messages: null,
      mapped: 0,
      refused: 0,
      synchronisedAt: null,
      unfinished: true,
      states: { local: null, remote: null },
    },
  ],
  refused: [
    {
      mailbox: "INBOX",
      side: "local",
      uid: 17,
      size: 31_000_000,
      messageId: "<large@example.org>",
      reason: "[TOOBIG] Message is too big",
      attempts: 3,
      firstAttemptAt: "2025-02-28T12:00:00.000Z",
      lastAttemptAt: "2025-03-01T11:57:00.000Z",
    },
  ],
};
