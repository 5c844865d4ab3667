import { accounts } from '../posting/accounts.ts';
import type { StoredTransaction } from '../posting/ledger-keys.ts';
import { dayTotals, type Figure } from './compare-sources.ts';

const outputTax = accounts.outputTax('');

/** What the transactions of a day state: sales and tax by order, refunds and changes by event, and what does not balance. */
export function ledgerFigures(transactions: readonly StoredTransaction[]): Figure[] {
  const figures = transactions.flatMap((transaction): Figure[] => {
    const { code, currency, postings, kind, orderId = '' } = transaction;
    const sumOf = (isOf: (account: string) => boolean) =>
      postings.reduce((sum, { account, amountMinor }) => sum + (isOf(account) ? amountMinor : 0), 0);
    const eventId = code.split('~')[0] ?? code;
    const figure = (measure: string, id: string, amountMinor: number): Figure => ({
      measure,
      id,
      currency,
      amountMinor: amountMinor || 0,
      eventId: code,
    });
    const owed = sumOf((account) => account === accounts.receivable || account === accounts.overpayments);
    switch (kind) {
      case 'placed': {
        const tax = sumOf((account) => account === accounts.deferredTax || account.startsWith(outputTax));
        return [figure('sales', orderId, owed), figure('tax', orderId, -tax)];
      }
      case 'edited':
      case 'cancelled':
      case 'expired':
        return [figure('changes', eventId, owed)];
      case 'refunded': {
        const paid = sumOf((account) => account.startsWith('assets:clearing:') || account === accounts.storeCredit);
        return [figure('refunds', eventId, -(paid === 0 ? sumOf((account) => account === accounts.receivable) : paid))];
      }
      default:
        return [];
    }
  });
  return [...figures, ...unbalanced(transactions), ...dayTotals(figures)];
}

/** The change of the value of stock by the transactions that are dated a day, by currency. */
export function stockFigures(dated: readonly StoredTransaction[]): Figure[] {
  const sums = new Map<string, number>();
  for (const { currency, postings } of dated) {
    const own = postings.filter(({ account }) => account === accounts.inventory);
    const changed = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    sums.set(currency, (sums.get(currency) ?? 0) + changed);
  }
  return stockChanges(sums);
}

/** A change of 0 is none. */
export const stockChanges = (sums: ReadonlyMap<string, number>): Figure[] =>
  Array.from(sums, ([currency, amountMinor]) => ({ measure: 'stock value', id: '*', currency, amountMinor })).filter(
    ({ amountMinor }) => amountMinor !== 0,
  );

/** A posting that was changed leaves its transaction out of balance; of several accounts, any may be the wrong one. */
function unbalanced(transactions: readonly StoredTransaction[]): Figure[] {
  return transactions.flatMap(({ code, currency, postings }) => {
    const amountMinor = postings.reduce((sum, posting) => sum + posting.amountMinor, 0);
    const account = postings.map((posting) => posting.account).join(', ');
    return amountMinor === 0 ? [] : [{ measure: 'balance', id: code, currency, amountMinor, account, eventId: code }];
  });
}
