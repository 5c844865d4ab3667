import * as z from 'zod';
import type { LedgerDifference } from '../../../shared/contracts/ledger/events.ts';
import type { BalanceRow, StoredTransaction } from '../posting/ledger-keys.ts';

type Difference = z.infer<typeof LedgerDifference>;

/** Adds transactions up by currency and account. */
export function addUp(sums: Map<string, BalanceRow>, transactions: readonly StoredTransaction[]): void {
  for (const { date, currency, postings } of transactions) {
    for (const { account, amountMinor } of postings) {
      const key = keyOf({ currency, account });
      const { debitMinor = 0, creditMinor = 0 } = sums.get(key) ?? {};
      sums.set(key, {
        month: date.slice(0, 7),
        currency,
        account,
        debitMinor: debitMinor + Math.max(0, amountMinor),
        creditMinor: creditMinor + Math.max(0, -amountMinor),
      });
    }
  }
}

const keyOf = ({ currency, account }: { currency: string; account: string }) => `${currency}#${account}`;

/**
 * The sums that are not those of the transactions. Postings go on while the transactions are read: debits and credits only
 * grow, so that those of the transactions lie between the sums before and after.
 */
export function differencesOf(
  before: readonly BalanceRow[],
  transactions: ReadonlyMap<string, BalanceRow>,
  after: readonly BalanceRow[],
): Difference[] {
  const first = new Map(before.map((row) => [keyOf(row), row]));
  const last = new Map(after.map((row) => [keyOf(row), row]));
  const keys = [...new Set([...first.keys(), ...last.keys(), ...transactions.keys()])].toSorted();
  return keys.flatMap((key) =>
    (['debit', 'credit'] as const).flatMap((side): Difference[] => {
      const amount = (row: BalanceRow | undefined) => row?.[`${side}Minor`] ?? 0;
      const added = amount(transactions.get(key));
      const sumMinor = amount(last.get(key));
      if (added >= amount(first.get(key)) && added <= sumMinor) return [];
      const [currency = '', account = ''] = key.split('#');
      return [{ currency, account, side, sumMinor, transactionsMinor: added }];
    }),
  );
}
