import * as z from 'zod';
import { type Connection, literal } from '../../../../shared/lake/sql.ts';
import type { Content } from '../manifest.ts';
import { type ChannelTotals, comparedMeasures, type Finding, findings } from './findings.ts';

/** The totals by channel of an earlier day, as a Parquet file. */
export type EarlierDay = { date: string; version: number; path: string };

const Whole = z.string().transform((text) => BigInt(text));
const Totals = z.array(
  z.object({
    channel: z.string().nullable(),
    currency: z.string(),
    orders: Whole,
    totalMinor: Whole,
    cancelledMinor: Whole,
    refundedMinor: Whole,
  }),
);

/** Fills the table of the report `data-quality` from the day's totals and those of earlier days; returns its rows by reason. */
export async function addFindings(
  connection: Connection,
  input: Pick<Content['input'], 'events' | 'quarantined'>,
  earlier: readonly EarlierDay[],
): Promise<{ reason: string; rows: number }[]> {
  const compared = earlier.length > 0 ? [await totalsOf(connection, '"report totals-by-channel"')] : [[]];
  for (const { path } of earlier) compared.push(await totalsOf(connection, `read_parquet(${literal(path)})`));
  const [today = [], ...days] = compared;
  const found = findings({ input, today, earlier: days });
  if (found.length > 0) await connection.run(`INSERT INTO data_quality VALUES ${found.map(rowOf).join(', ')}`);
  const reasons = [...new Set(found.map(({ reason }) => reason))].sort();
  return reasons.map((reason) => ({ reason, rows: found.filter((each) => each.reason === reason).length }));
}

async function totalsOf(connection: Connection, table: string): Promise<ChannelTotals[]> {
  const sums = comparedMeasures.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ');
  return Totals.parse(
    await connection.rows(`SELECT channel, currency, ${sums} FROM ${table} ORDER BY channel NULLS LAST, currency`),
  );
}

function rowOf({ reason, channel, currency, measure, found, usual }: Finding): string {
  const texts = [reason, channel, currency, measure].map((text) => (text === null ? 'NULL' : literal(text)));
  const figures = [found, usual?.median, usual?.deviation, usual?.days].map((figure) => String(figure ?? 'NULL'));
  return `(${[...texts, ...figures].join(', ')})`;
}
