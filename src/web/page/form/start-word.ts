// What the big button says it does.

import type { FormModel } from "./form-model.ts";

export function startWord({ checks }: FormModel): string {
  if (checks.justlogin.value) return "Check the logins";
  if (checks.justfoldersizes.value) return "Count";
  if (checks.dry.value) return "Start the dry run";
  if (checks.justfolders.value) return "Create the folders";
  return "Sync";
}
