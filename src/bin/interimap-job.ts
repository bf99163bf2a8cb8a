// The process that synchronises one pair of accounts.

import { syncEngine } from "../job/sync/sync-pair.ts";
import { doOneJob } from "./job-process.ts";

doOneJob(syncEngine);
