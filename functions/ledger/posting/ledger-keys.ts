import * as z from 'zod';
import { listShards } from '../../../shared/dynamodb/list-shards.ts';

/** Balances are summed in this many places, so that batches seldom change the same item. */
export const balanceShards = Array.from({ length: 16 }, (_, shard) => `BALANCE#${shard}`);
export const balanceKey = (shard: string, month: string, currency = '', account = '') => ({
  pk: shard,
  sk: account === '' ? `${month}#` : `${month}#${currency}#${account}`,
});
/** The transactions of an event: its id, and after `~` another currency, or the number of a part. */
export const transactionPartition = (eventId: string) => `TX#${eventId}`;
export const transactionKey = (code: string) => ({
  pk: transactionPartition(code.split('~')[0] ?? code),
  sk: `TX#${code}`,
});
/** Sums of output tax of a month, beside those of its accounts. `for`: the closed month that late events are for. */
export const taxPrefix = (month: string) => `TAX#${month}#`;
export const taxKey = (shard: string, month: string, parts: readonly (string | undefined)[]) => ({
  pk: shard,
  sk: `${taxPrefix(month)}${parts.map((part = '') => part.replaceAll('#', '')).join('#')}`,
});
/** Balances of all accounts at the end of a month, and the months that have them. */
export const carriedKey = (month: string) => ({ pk: 'CARRIED', sk: `MONTH#${month}` });
export const carriedMonthsKey = { pk: 'CARRIED', sk: 'MONTHS' };
export const orderKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'STATE' });
export const skuStateKey = (sku: string) => ({ pk: `SKU#${sku}`, sk: 'STATE' });
export const periodKey = (month: string) => ({ pk: `PERIOD#${month}`, sk: 'PERIOD' });
export const checkKey = (day: string) => ({ pk: `CHECK#${day}`, sk: 'CHECK' });

/** Index of the transactions of a day, by code. */
export const byDay = { name: 'byDay', attribute: 'dayKey', sortKey: 'code' };
export const dayShards = (day: string) => listShards(`DAY#${day}`);
/** Index of the transactions that are for a month that was closed. */
export const byLate = { name: 'byLate', attribute: 'lateKey', sortKey: 'code' };
export const lateKey = (month: string) => `LATE#${month}`;
/** Index of the orders whose placement did not arrive. */
export const byWaiting = { name: 'byWaiting', attribute: 'waitingKey', sortKey: 'pk' };
export const waitingShard = 'WAITING';
/** In the same index: exports of orders of a month (UTC) that are not shipped as a whole. */
export const exportsKey = (month: string) => `EXPORTS#${month}`;

export const Period = z.object({ month: z.string(), closedAt: z.string(), closedBy: z.string() });
export type Period = z.infer<typeof Period>;

const StoredTax = z.object({
  place: z.string(),
  rate: z.string(),
  percentage: z.string().optional(),
  relief: z.enum(['export', 'reverse-charge', 'exemption']).optional(),
  baseMinor: z.int(),
  taxMinor: z.int(),
});

/** Transactions before 2026-12-01 have neither an order nor taxes. */
export const StoredTransaction = z.object({
  code: z.string(),
  date: z.string(),
  /** The day that it belongs to, whose period was closed when it arrived. */
  for: z.string().optional(),
  text: z.string(),
  currency: z.string(),
  postings: z.array(z.object({ account: z.string(), amountMinor: z.int() })),
  orderId: z.string().optional(),
  kind: z.string().optional(),
  reverses: z.string().optional(),
  taxes: z.array(StoredTax).optional(),
});
export type StoredTransaction = z.infer<typeof StoredTransaction>;

/** The months whose balances are carried forward, without a gap; `through` is empty if there are none. */
export const CarriedMonths = z.object({ first: z.string(), through: z.string() });
export type CarriedMonths = z.infer<typeof CarriedMonths>;

/** The month that is `count` months after another. */
export const monthAfter = (month: string, count = 1): string => {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
};

/** Debits and credits of an account in a month. */
export const BalanceRow = z.object({
  month: z.string(),
  currency: z.string(),
  account: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});
export type BalanceRow = z.infer<typeof BalanceRow>;

/** Output tax of a month by currency, place, rate and relief, and the amounts without tax that it is due on. */
export const TaxSum = StoredTax.extend({
  month: z.string(),
  currency: z.string(),
  /** The closed month that late events of this sum are for. */
  forMonth: z.string().optional(),
});
export type TaxSum = z.infer<typeof TaxSum>;
