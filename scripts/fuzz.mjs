// npm run fuzz. Bundles first: what is made of TypeScript line by line runs at half the speed.

import { spawnSync } from "node:child_process";
import { bundleTests } from "./lib/bundle-tests.mjs";

const [program] = await bundleTests(["test/fuzz/run.ts"]);
const { status } = spawnSync(process.execPath, ["--enable-source-maps", String(program)], { stdio: "inherit" });
process.exitCode = status ?? 1;
