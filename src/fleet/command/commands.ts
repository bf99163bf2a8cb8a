// The commands that ask or change something and end.

import { counted } from "../../util/counted.ts";
import { type Phase, phases } from "../accounts/account.ts";
import { addAccounts } from "../commands/add-accounts.ts";
import {
  beginPhase,
  pauseAccounts,
  removeAccounts,
  resumeAccounts,
  retryAccounts,
  retryDeletions,
} from "../commands/change-accounts.ts";
import { isEmptyGroup, limitGroup, pauseGroup, resumeGroup } from "../commands/change-group.ts";
import { keysCommand } from "../commands/keys.ts";
import { isStatus, type Selection } from "../commands/selection.ts";
import { listAccounts, showLog } from "../commands/show-accounts.ts";
import { showPlan } from "../commands/show-plan.ts";
import { showReport } from "../commands/show-report.ts";
import type { Fleet } from "../fleet.ts";
import { gatherStatus } from "../report/gather-status.ts";
import { metricsText } from "../report/metrics-text.ts";
import { statusText } from "../report/status-text.ts";
import { type Invocation, usage } from "./options.ts";

export interface Performed {
  /** For the standard output. */
  readonly text: string | AsyncIterable<string>;
  /** Once the text was read. */
  readonly isFine: () => boolean;
}

/** @throws InterimapError USAGE, CREDENTIALS, FILE_CREATE, DATABASE_READ */
export async function performCommand(fleet: Fleet, invocation: Invocation): Promise<Performed> {
  const { command, operands, has, value, values, count } = invocation;
  const [first = "", second = ""] = operands;
  switch (command) {
    case "add":
    case "import": {
      const form = command === "add" ? "columns" : "imapsync";
      const phase = phaseOf(value("phase") ?? "bulk");
      const { lines, isFine } = await addAccounts(fleet, {
        ...{ path: first, form, phase, onlyChecks: has("check"), updates: has("update") },
      });
      return { text: lines.map((line) => `${line}\n`).join(""), isFine: () => isFine };
    }
    case "status":
      return fine(await statusIn(fleet, invocation));
    case "list":
      return fine(listAccounts(fleet, selectionOf(invocation), has("json")));
    case "plan":
      return fine(await showPlan(fleet, count("concurrency", [1, 100_000]), has("json")));
    case "log":
      return fine(await showLog(fleet, first, has("json")));
    case "report":
      return showReport(fleet, selectionOf(invocation), has("json"));
    case "limit": {
      const group = groupOf(first);
      await limitGroup(fleet, group, second === "none" ? undefined : limitOf(second));
      return fine(
        `${group}: ${second === "none" ? "no limit" : `at most ${second} at a time`}\n${await emptinessOf(fleet, group)}`,
      );
    }
    case "pause":
    case "resume":
      if (isOfGroup(invocation)) {
        const group = groupOf(value("group")!);
        await (command === "pause" ? pauseGroup : resumeGroup)(fleet, group);
        return fine(`${group}: ${command}d\n${await emptinessOf(fleet, group)}`);
      }
      return changed(
        `${command}d`,
        await (command === "pause" ? pauseAccounts : resumeAccounts)(fleet, selectionOf(invocation)),
      );
    case "retry":
      return changed(
        "queued",
        await (has("allow-mass-delete") ? retryDeletions : retryAccounts)(fleet, selectionOf(invocation)),
      );
    case "remove":
      return changed("removed", await removeAccounts(fleet, selectionOf(invocation)));
    case "phase": {
      const phase = phaseOf(first);
      const selection = selectionOf({ ...invocation, operands: operands.slice(1) });
      if (has("bodies") && phase !== "verify") throw usage("--bodies is for the phase verify");
      return changed(`queued for ${phase}`, await beginPhase(phase, has("bodies"))(fleet, selection));
    }
    case "keys":
      return fine(await keysCommand(fleet, operands, values("key-file")));
    default:
      throw usage(`unknown command "${command}"`);
  }
}

async function statusIn({ database }: Fleet, { has }: Invocation): Promise<string> {
  const status = await gatherStatus(database);
  if (has("json")) return `${JSON.stringify(status)}\n`;
  return has("metrics") ? metricsText(status) : statusText(status);
}

function fine(text: Performed["text"]): Performed {
  return { text, isFine: () => true };
}

function changed(what: string, count: number): Performed {
  return fine(`${counted(count, "account")} ${what}\n`);
}

function isOfGroup({ operands, has }: Invocation): boolean {
  return operands.length === 0 && has("group") && !has("status") && !has("all");
}

function selectionOf({ operands, has, value }: Pick<Invocation, "operands" | "has" | "value">): Selection {
  const status = value("status");
  if (status !== undefined && !isStatus(status)) throw usage(`--status: there is no "${status}"`);
  const group = value("group");
  return { names: operands, all: has("all"), group: group === undefined ? undefined : groupOf(group), status };
}

function phaseOf(word: string): Phase {
  const phase = phases.find((one) => one === word);
  if (phase === undefined) throw usage(`"${word}" is no phase; there are ${phases.join(", ")}`);
  return phase;
}

/** It may be written wrong, or come to have some. */
async function emptinessOf(fleet: Fleet, group: string): Promise<string> {
  return (await isEmptyGroup(fleet, group)) ? "No account is in this group yet\n" : "";
}

function groupOf(word: string): string {
  // Names of servers are the same in small letters.
  if (/^(?:source|target|provider):\S+$/i.test(word)) return word.toLowerCase();
  if (/^group:\S+$/.test(word)) return word;
  throw usage(
    `"${word}" is no group: it is written like source:imap.example.net, target:*, provider:gmail or group:NAME`,
  );
}

function limitOf(word: string): number {
  if (/^\d{1,6}$/.test(word)) return Number(word);
  throw usage(`"${word}" is neither a number nor none`);
}
