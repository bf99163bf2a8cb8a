// How well pairs are kept in step.

import type { Queries } from "../database/database.ts";
import { isLate } from "./late-pair.ts";

export interface PairsStatus {
  /** That are kept in step, without those that are paused. */
  readonly total: number;
  /** No run has left them in step yet, but they are not late. */
  readonly never: number;
  /** See {@link isLate}. */
  readonly late: number;
  /** Since the beginning of the last run that left a pair in step; undefined: there was none. */
  readonly lagSeconds: { readonly median: number; readonly most: number; readonly mostOf: string } | undefined;
  /** How many of them are worked on at a time, if each keeps its rhythm; undefined: nothing was measured. */
  readonly slots: number | undefined;
}

/** Undefined: there are none. @throws InterimapError DATABASE_READ */
export async function gatherPairs(queries: Queries): Promise<PairsStatus | undefined> {
  interface Row {
    readonly total: number;
    readonly never: number;
    readonly late: number;
    readonly median: number | null;
    readonly most: number | null;
    readonly mostOf: string | null;
    readonly runsASecond: number | null;
    readonly secondsEach: number | null;
  }
  const [row] = await queries.rows<Row>(
    `with pairs as (
       select name, every_seconds as every, in_step, extract(epoch from now() - in_step)::float8 as lag,
         ${isLate} as late
       from interimap_fleet.accounts where phase = 'sync' and status <> 'paused'
     )
     select count(*) as total, count(*) filter (where in_step is null and not late) as never,
       count(*) filter (where late) as late,
       percentile_cont(0.5) within group (order by lag) as median, max(lag) as most,
       (select name from pairs where lag is not null order by lag desc, name limit 1) as "mostOf",
       sum(1 / every::float8) as "runsASecond",
       (select avg(extract(epoch from ended - started))::float8 from interimap_fleet.runs
        where phase = 'sync' and ended > now() - interval '1 hour') as "secondsEach"
     from pairs`,
  );
  if (row === undefined || row.total === 0) return undefined;
  const { total, never, late, median, most, mostOf, runsASecond, secondsEach } = row;
  return {
    ...{ total, never, late },
    lagSeconds:
      median === null || most === null || mostOf === null
        ? undefined
        : { median: Math.round(median), most: Math.round(most), mostOf },
    slots: runsASecond === null || secondsEach === null ? undefined : runsASecond * secondsEach,
  };
}
