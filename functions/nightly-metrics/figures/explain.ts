import * as z from 'zod';
import { type Breakdown, breakdowns } from '../../../shared/metrics/breakdowns.ts';
import type { Measure } from '../../../shared/metrics/measure.ts';
import { literal } from '../../../shared/lake/sql.ts';

/** The report that has this name and opens. */
export const breakdownOf = (report: string): Breakdown | undefined =>
  Object.values<Breakdown>(breakdowns).find((each) => each.report === report);

/** SQL of one row of a report's file; the first is 1. */
export const rowAt = (path: string, row: number) =>
  `SELECT * FROM read_parquet(${literal(path)}) LIMIT 1 OFFSET ${row - 1}`;

type Keys = Readonly<Record<string, string | null>>;

/** SQL of what each event adds to a figure, in the order of the event ids, after the event `after`. */
export function eventsOf(
  path: string,
  { where = 'true' }: Breakdown,
  measure: Measure,
  keys: Keys,
  { after = '', limit }: { after?: string | undefined; limit: number },
): string {
  const same = Object.entries(keys).map(([name, value]) =>
    value === null ? `${name} IS NULL` : `${name} = ${literal(value)}`,
  );
  return `SELECT eventId, min(eventType) AS eventType, strftime(min(occurredAt), '%Y-%m-%dT%H:%M:%S.%gZ') AS occurredAt,
      min(orderId) AS orderId, ${measure.sql} AS amount
    FROM read_parquet(${literal(path)})
    WHERE ${[where, ...same, `eventId > ${literal(after)}`].join(' AND ')}
    GROUP BY eventId HAVING amount <> 0 ORDER BY eventId LIMIT ${limit}`;
}

/** A number of a report's row: text above 2^53, which a JSON number cannot have. */
export function figureOf(value: unknown): number | string | null {
  if (value === null || value === undefined) return null;
  const exact = Number(value);
  return Number.isSafeInteger(exact) ? exact : z.string().parse(value);
}
