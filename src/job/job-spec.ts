// One copy of an account as a value that can be sent to a process of its own: what is to be done, and within which limits.

/** Of the two hosts, as imapsync numbers them. */
export type HostNumber = 1 | 2;

export interface JobSpec {
  /** Options of imapsync, each as `--name` or `--name=value`, without secrets. */
  readonly options: readonly string[];
  readonly secrets: JobSecrets;
  readonly limits: JobLimits;
  readonly targets: TargetRules;
}

/** They are in the memory of the process that does the job, and nowhere else. */
export interface JobSecrets {
  readonly password1: string;
  readonly password2: string;
}

export interface JobLimits {
  /** Of messages copied; then the job ends. Undefined: no limit. */
  readonly octets: number | undefined;
  /** Then the job ends. Undefined: no limit. */
  readonly seconds: number | undefined;
}

/** Which servers may be connected to. They hold for the addresses that are really connected to, whatever names say. */
export interface TargetRules {
  /** Loopback, private networks, the local link, and whatever else is not of the public Internet. */
  readonly allowsPrivate: boolean;
  /** Undefined: any port. */
  readonly ports: readonly number[] | undefined;
}
