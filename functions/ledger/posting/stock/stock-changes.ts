import { accounts } from '../accounts.ts';
import type { Balances } from '../balances.ts';
import type { Pool, SkuMove } from '../sku-cost.ts';

/** What a move changes in the units and the value of a SKU, by the account against inventory. */
export type StockChange = {
  category?: string | undefined;
  currency: string;
  account: string;
  units: number;
  valueMinor: number;
};

const accountOf = (move: SkuMove): string => ('account' in move ? move.account : accounts.goodsReceived);

/**
 * The changes of one move. Its units belong to its own account; other accounts have corrections of earlier costs. Units and
 * value begin with the currency of the SKU, and move to another one with it.
 */
export function stockChanges(move: SkuMove, before: Pool, after: Pool, balances: Balances): StockChange[] {
  const changes = new Map<string, StockChange>();
  const add = (currency: string, account: string, units: number, valueMinor: number) => {
    const key = `${currency} ${account}`;
    const known = changes.get(key) ?? { category: after.category, currency, account, units: 0, valueMinor: 0 };
    changes.set(key, { ...known, units: known.units + units, valueMinor: known.valueMinor + valueMinor });
  };
  if (before.currency !== undefined) add(before.currency, accountOf(move), -before.units, 0);
  if (after.currency !== undefined) add(after.currency, accountOf(move), after.units, 0);
  for (const { currency, account, amountMinor } of balances.entries()) {
    if (account !== accounts.inventory) add(currency, account, 0, -amountMinor);
  }
  return [...changes.values()].filter(({ units, valueMinor }) => units !== 0 || valueMinor !== 0);
}
