import type { AccountSums } from '../../../shared/contracts/ledger/amounts.ts';
import { type AccountKind, kindOf } from '../posting/accounts.ts';
import type { BalanceRow } from '../posting/ledger-keys.ts';

/** Accounts with the sums of the months from `from` on, and their balances before, by currency and name. */
export function accountSums(rows: readonly BalanceRow[], from: string): AccountSums[] {
  const byAccount = Map.groupBy(rows, ({ currency, account }) => `${currency}#${account}`);
  return [...byAccount.values()]
    .flatMap((own) => {
      const [first] = own;
      if (!first) return [];
      const before = own.filter(({ month }) => month < from);
      const within = own.filter(({ month }) => month >= from);
      const openingMinor = sumOf(before, 'debitMinor') - sumOf(before, 'creditMinor');
      const [debitMinor, creditMinor] = [sumOf(within, 'debitMinor'), sumOf(within, 'creditMinor')];
      const { currency, account } = first;
      const closingMinor = openingMinor + debitMinor - creditMinor;
      return [{ currency, account, openingMinor, debitMinor, creditMinor, closingMinor }];
    })
    .toSorted((a, b) => (`${a.currency}#${a.account}` < `${b.currency}#${b.account}` ? -1 : 1));
}

const sumOf = (rows: readonly BalanceRow[], side: 'debitMinor' | 'creditMinor') =>
  rows.reduce((sum, row) => sum + row[side], 0);

export const ofKinds = (sums: readonly AccountSums[], ...kinds: AccountKind[]): AccountSums[] =>
  sums.filter(({ account }) => kinds.includes(kindOf(account) ?? 'equity'));

/** The sum of an amount by currency. */
export const totalsOf = (sums: readonly AccountSums[], amountOf: (sum: AccountSums) => number) =>
  [...Map.groupBy(sums, ({ currency }) => currency)].map(([currency, own]) => ({
    currency,
    amountMinor: own.reduce((total, each) => total + amountOf(each), 0) || 0,
  }));
