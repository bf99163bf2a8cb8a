// What would run when: accounts, limits and workers as they are now, and the speed that was measured.

export interface PlannedAccount {
  readonly groups: readonly string[];
  /** The source, by which hours are told apart. */
  readonly host: string;
  readonly priority: number;
  /** Undefined: never measured. */
  readonly messages: number | undefined;
  readonly octets: number | undefined;
}

export interface Speed {
  readonly secondsEach: number;
  readonly messagesASecond: number;
  readonly octetsASecond: number;
}

export interface PlannedHour {
  /** From 0: the hour that begins now. */
  readonly hour: number;
  readonly host: string;
  /** That end in it. */
  readonly accounts: number;
  readonly messages: number;
  readonly octets: number;
}

export interface FleetPlan {
  readonly hours: readonly PlannedHour[];
  readonly seconds: number;
  /** Of them nothing is known: they count as the mean of the others. */
  readonly unmeasured: number;
  /** Whose limit is 0. */
  readonly held: number;
}

export interface PlanRules {
  readonly slots: number;
  readonly limits: ReadonlyMap<string, number>;
  readonly speed: Speed;
}

const hourSeconds = 3_600;

/** Each account begins as soon as there is a slot and room in all its groups; the higher priority first. */
export function planFleet(accounts: readonly PlannedAccount[], { slots, limits, speed }: PlanRules): FleetPlan {
  const measured = accounts.filter(({ messages }) => messages !== undefined);
  const mean = (of: (account: PlannedAccount) => number | undefined): number =>
    measured.length === 0 ? 0 : measured.reduce((sum, one) => sum + (of(one) ?? 0), 0) / measured.length;
  const usual = { messages: mean(({ messages }) => messages), octets: mean(({ octets }) => octets) };
  const mayRun = ({ groups }: PlannedAccount): boolean => groups.every((group) => limits.get(group) !== 0);
  const waiting = accounts.filter(mayRun).toSorted((a, b) => b.priority - a.priority);
  const running: { readonly end: number; readonly account: PlannedAccount }[] = [];
  const busy = new Map<string, number>();
  const hours = new Map<string, PlannedHour>();
  let now = 0;
  while (waiting.length > 0 || running.length > 0) {
    const next = running.length < slots ? waiting.findIndex(hasRoom) : -1;
    if (next >= 0) begin(waiting.splice(next, 1)[0]!);
    else end(running.splice(earliest(), 1)[0]!);
  }
  const sorted = [...hours.values()].sort((a, b) => (a.hour === b.hour ? (a.host < b.host ? -1 : 1) : a.hour - b.hour));
  return {
    ...{ hours: sorted, seconds: Math.round(now), unmeasured: accounts.length - measured.length },
    held: accounts.length - accounts.filter(mayRun).length,
  };

  function hasRoom({ groups }: PlannedAccount): boolean {
    return groups.every((group) => (busy.get(group) ?? 0) < (limits.get(group) ?? Infinity));
  }

  function begin(account: PlannedAccount): void {
    const { messages = usual.messages, octets = usual.octets } = account;
    const seconds = speed.secondsEach + Math.max(messages / speed.messagesASecond, octets / speed.octetsASecond);
    for (const group of account.groups) busy.set(group, (busy.get(group) ?? 0) + 1);
    running.push({ end: now + seconds, account });
  }

  function earliest(): number {
    return running.reduce((best, { end }, i) => (end < running[best]!.end ? i : best), 0);
  }

  function end({ end: at, account }: { readonly end: number; readonly account: PlannedAccount }): void {
    now = at;
    for (const group of account.groups) busy.set(group, busy.get(group)! - 1);
    const hour = Math.floor(at / hourSeconds);
    const { host, messages = usual.messages, octets = usual.octets } = account;
    const key = `${String(hour)} ${host}`;
    const before = hours.get(key) ?? { hour, host, accounts: 0, messages: 0, octets: 0 };
    hours.set(key, {
      ...{ hour, host, accounts: before.accounts + 1 },
      ...{ messages: Math.round(before.messages + messages), octets: Math.round(before.octets + octets) },
    });
  }
}
