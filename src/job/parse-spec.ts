// Reads what a job is from the text that it is sent as.

import { isAbsolute } from "node:path";
import type { JobLimits, JobSecrets, JobSpec, SyncSpec, TargetRules } from "./job-spec.ts";
import { parseHeldUntil } from "./lease-clock.ts";

/** Of options, in all. */
const mostOctets = 1 << 20;

export const mostSpecOctets = 2 * mostOctets;

/** @throws TypeError that says what is wrong, and quotes nothing: it may be a password. */
export function parseSpec(text: string): JobSpec {
  const spec = objectIn(parsed(text), "the job");
  const { heldUntil, verification } = spec;
  const rest = {
    secrets: secretsIn(objectIn(spec["secrets"], "its secrets")),
    limits: limitsIn(objectIn(spec["limits"], "its limits")),
    targets: targetsIn(objectIn(spec["targets"], "its targets")),
    ...(heldUntil !== undefined && { heldUntil: parseHeldUntil(heldUntil) }),
  };
  switch (spec["engine"]) {
    case "copy":
      return {
        engine: "copy",
        options: textsIn(spec, "options"),
        ...((verification === "identities" || verification === "texts") && { verification }),
        ...rest,
      };
    case "sync":
      return {
        engine: "sync",
        settings: textsIn(spec, "settings"),
        ...databaseIn(spec),
        ...deletionsIn(spec),
        ...rest,
      };
    default:
      throw new TypeError("whether the job is to copy or to synchronise is not said");
  }
}

type Unknown = Readonly<Record<string, unknown>>;

function textsIn(spec: Unknown, name: "options" | "settings"): readonly string[] {
  const texts = spec[name];
  if (Array.isArray(texts) && texts.every((one) => typeof one === "string")) return texts;
  throw new TypeError(`the ${name} of the job are no list of texts`);
}

function databaseIn({ database, mayBeOlder }: Unknown): Pick<SyncSpec, "database" | "mayBeOlder"> {
  if (typeof database !== "string" || !isAbsolute(database))
    throw new TypeError("the database of the job is no absolute path");
  if (typeof mayBeOlder !== "boolean") throw new TypeError("whether the database of the job may be older is not said");
  return { database, mayBeOlder };
}

function deletionsIn({ allowsMassDelete }: Unknown): Pick<SyncSpec, "allowsMassDelete"> {
  if (typeof allowsMassDelete === "boolean") return { allowsMassDelete };
  throw new TypeError("whether the job may delete many messages is not said");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Node's own words quote the text.
    throw new TypeError("the job is not written in JSON");
  }
}

function objectIn(value: unknown, what: string): Unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${what} cannot be read`);
  return value as Unknown;
}

function secretsIn({ password1, password2 }: Unknown): JobSecrets {
  if (typeof password1 !== "string" || typeof password2 !== "string")
    throw new TypeError("a password of the job is missing");
  return { password1, password2 };
}

function limitsIn({ octets, seconds }: Unknown): JobLimits {
  return { octets: limitIn(octets, "octets"), seconds: limitIn(seconds, "seconds") };
}

function limitIn(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`the limit of ${name} is no number`);
}

function targetsIn({ allowsPrivate, ports }: Unknown): TargetRules {
  if (typeof allowsPrivate !== "boolean")
    throw new TypeError("whether the job may go to private addresses is not said");
  if (ports === undefined) return { allowsPrivate, ports };
  if (!Array.isArray(ports) || !ports.every((port) => Number.isInteger(port)))
    throw new TypeError("the ports of the job are no list of numbers");
  return { allowsPrivate, ports: ports as number[] };
}
