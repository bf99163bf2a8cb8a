// The process that copies one account.

import { copyEngine } from "../job/copy-account.ts";
import { doOneJob } from "./job-process.ts";

doOneJob(copyEngine);
