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

export const Period = z.object({ month: z.string(), closedAt: z.string(), closedBy: z.string() });
export type Period = z.infer<typeof Period>;

export const StoredTransaction = z.object({
  code: z.string(),
  date: z.string(),
  /** The day that it belongs to, whose period was closed when it arrived. */
  for: z.string().optional(),
  text: z.string(),
  currency: z.string(),
  postings: z.array(z.object({ account: z.string(), amountMinor: z.int() })),
});
export type StoredTransaction = z.infer<typeof StoredTransaction>;

/** Debits and credits of an account in a month. */
export const BalanceRow = z.object({
  month: z.string(),
  currency: z.string(),
  account: z.string(),
  debitMinor: z.int(),
  creditMinor: z.int(),
});
export type BalanceRow = z.infer<typeof BalanceRow>;
