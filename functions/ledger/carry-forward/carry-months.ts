import { type BalanceRow, monthAfter } from '../posting/ledger-keys.ts';
import type { CarriedStore } from './carried-store.ts';

/** The current month and the one before change often: carrying them forward would be undone again. */
const openMonths = 2;
/** Of one night: a store that imports ten years is carried forward in two. */
const maxMonths = 60;

/**
 * Carries the balances of past months forward, one month after the other, so that a statement does not read all months. It
 * stops where a month is being posted to; the next night continues.
 */
export const carryMonths =
  (store: CarriedStore) =>
  async (currentMonth: string): Promise<number> => {
    const last = monthAfter(currentMonth, -openMonths);
    let carried = await store.months();
    const first = carried?.first ?? (await store.firstMonth());
    if (first === undefined) return 0;
    for (let count = 0; count < maxMonths; count += 1) {
      const month = carried ? monthAfter(carried.through) : first;
      if (month > last) return count;
      const before = carried ? await store.balances(carried.through) : [];
      const shards = await store.shardMonths(month);
      const balances = addedUp(month, [...before, ...shards.flatMap(({ rows }) => rows)]);
      const outcome = await store.carry({ month, first, balances }, shards, carried?.through);
      if (outcome === 'version-conflict') return count;
      carried = { first, through: month };
    }
    return maxMonths;
  };

/** Sums by currency and account, dated a month. */
function addedUp(month: string, rows: readonly BalanceRow[]): BalanceRow[] {
  const sums = new Map<string, BalanceRow>();
  for (const row of rows) {
    const key = `${row.currency}#${row.account}`;
    const { debitMinor = 0, creditMinor = 0 } = sums.get(key) ?? {};
    const debit = debitMinor + row.debitMinor;
    sums.set(key, { ...row, month, debitMinor: debit, creditMinor: creditMinor + row.creditMinor });
  }
  return [...sums.values()];
}
