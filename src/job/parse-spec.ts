// Reads what a job is from the text that it is sent as.

import type { JobLimits, JobSecrets, JobSpec, TargetRules } from "./job-spec.ts";

/** Of options, in all. */
const mostOctets = 1 << 20;

export const mostSpecOctets = 2 * mostOctets;

/** @throws TypeError that says what is wrong, without what is in it: that may be a password. */
export function parseSpec(text: string): JobSpec {
  const spec = objectIn(parsed(text), "the job");
  const options = spec["options"];
  if (!Array.isArray(options) || !options.every((one) => typeof one === "string"))
    throw new TypeError("the options of the job are no list of texts");
  return {
    options,
    secrets: secretsIn(objectIn(spec["secrets"], "its secrets")),
    limits: limitsIn(objectIn(spec["limits"], "its limits")),
    targets: targetsIn(objectIn(spec["targets"], "its targets")),
  };
}

type Unknown = Readonly<Record<string, unknown>>;

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
