// What the check of a request found, in words for whoever filled the form in.

import type { FastifySchemaValidationError } from "fastify";
import { FieldError } from "../../job/form-values.ts";

/** Undefined: it is about the request as a whole, or about something else. */
export function wrongFieldIn({ validation }: { readonly validation?: unknown }): FieldError | undefined {
  const [found] = (validation ?? []) as readonly FastifySchemaValidationError[];
  if (found === undefined) return undefined;
  const { keyword, instancePath, params } = found;
  const named = params["missingProperty"] ?? params["additionalProperty"];
  const field = instancePath.slice(1) || (typeof named === "string" ? named : "");
  return field === "" ? undefined : new FieldError(field, wordsFor(keyword, params["limit"]));
}

function wordsFor(keyword: string, limit: unknown): string {
  switch (keyword) {
    case "required":
    case "minLength":
      return "This is missing.";
    case "maxLength":
      return `This is too long: ${String(limit)} characters are allowed.`;
    case "pattern":
      return "This contains line breaks or other characters that are not allowed here.";
    case "additionalProperties":
      return "There is no such field.";
    default:
      return "This must be one text.";
  }
}
