// What a process for one account is told on its command line.

import type { ConfigurationFile } from "../../config/find-configurations.ts";
import type { AllInvocation } from "../invocation.ts";

/** `asJson`: it answers as for programs. */
export function argumentsOf(
  { each, directory, quiet, debug }: AllInvocation,
  { name, file }: ConfigurationFile,
  { asJson }: { readonly asJson: boolean },
): readonly string[] {
  // In the usual directory it goes by its name, which makes the commands short that its lines have.
  const isUsual = directory === undefined && !/^[-~]/.test(name);
  const common = [
    `--config=${isUsual ? name : file}`,
    ...(quiet ? ["--quiet"] : []),
    ...Array.from({ length: debug }, () => "--debug"),
    ...(asJson || each.json ? ["--json"] : []),
  ];
  switch (each.command) {
    case "status":
      return [...common, "--status"];
    case "check":
      return [...common, "check", ...(each.side === undefined ? [] : [each.side])];
    default: {
      const repair = each.command === "repair" ? ["--repair"] : [];
      const dryRun = each.isDryRun ? ["--dry-run"] : [];
      return [...common, ...repair, ...dryRun, "--", ...each.mailboxes];
    }
  }
}
