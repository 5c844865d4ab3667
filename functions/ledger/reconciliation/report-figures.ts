import * as z from 'zod';
import { createTokenizer } from '../../../shared/csv/tokenize.ts';
import type { Figure } from './compare-sources.ts';
import { stockChanges } from './ledger-figures.ts';

/** The rows of a report by column. Throws if a row cannot be read: a report is written by the store itself. */
function rowsOf(csv: string): Record<string, string>[] {
  const tokenizer = createTokenizer(',');
  const [header, ...rows] = [...tokenizer.write(csv.replace(/^\uFEFF/, '')), ...tokenizer.end()];
  const names = header?.cells ?? [];
  return rows.map(({ cells, problem }) => {
    if (problem !== undefined) throw new Error(`A report cannot be read: ${problem}`);
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

const Whole = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number)
  .pipe(z.int());
const Order = z.looseObject({ orderId: z.string(), currency: z.string(), totalMinor: Whole, taxMinor: Whole });
const Total = z.looseObject({ currency: z.string(), totalMinor: Whole });
const Refund = z.looseObject({ eventId: z.string(), currency: z.string(), refundedMinor: Whole, creditedMinor: Whole });
const Change = z.looseObject({
  eventId: z.string(),
  currency: z.string(),
  change: z.string(),
  cancelledUnits: Whole,
  cancelledMinor: Whole,
  editedMinor: Whole,
});

const Stock = z.looseObject({ currency: z.string(), stockChange: Whole });

/** Reports from before 2026-12-01 have no stock. */
export type ReportTexts = {
  orders: string;
  totals: string;
  refunds: string;
  changes: string;
  stock?: string | undefined;
};

/** Ids of changes that only take back what their refund gave back before: the ledger has them as refunds of no sale. */
export const refundedChanges = ({ changes }: Pick<ReportTexts, 'changes'>): Set<string> =>
  new Set(
    rowsOf(changes)
      .map((row) => Change.parse(row))
      .filter(({ change, cancelledUnits }) => change.includes('Cancelled') && cancelledUnits === 0)
      .map(({ eventId }) => eventId),
  );

/** What the published reports of a day state. */
export function reportFigures(texts: ReportTexts): Figure[] {
  const totals = new Map<string, number>();
  for (const row of rowsOf(texts.totals)) {
    const { currency, totalMinor } = Total.parse(row);
    totals.set(currency, (totals.get(currency) ?? 0) + totalMinor);
  }
  const stock = new Map<string, number>();
  for (const row of rowsOf(texts.stock ?? '')) {
    const { currency, stockChange } = Stock.parse(row);
    stock.set(currency, (stock.get(currency) ?? 0) + stockChange);
  }
  const sold = rowsOf(texts.orders).map((row) => Order.parse(row));
  const currencies = new Set(sold.map(({ currency }) => currency));
  return [
    ...stockChanges(stock),
    ...sold.flatMap(({ orderId: id, currency, totalMinor, taxMinor }) => [
      { measure: 'sales', id, currency, amountMinor: totalMinor },
      { measure: 'tax', id, currency, amountMinor: taxMinor },
    ]),
    ...Array.from(totals, ([currency, amountMinor]) => ({
      measure: 'day total',
      id: '*',
      currency,
      amountMinor,
    })).filter(({ currency, amountMinor }) => amountMinor !== 0 || currencies.has(currency)),
    ...rowsOf(texts.refunds)
      .map((row) => Refund.parse(row))
      .map(({ eventId: id, currency, refundedMinor, creditedMinor }) => ({
        measure: 'refunds',
        id,
        currency,
        amountMinor: refundedMinor + creditedMinor,
      })),
    ...rowsOf(texts.changes)
      .map((row) => Change.parse(row))
      .map(({ eventId: id, currency, editedMinor, cancelledMinor }) => ({
        measure: 'changes',
        id,
        currency,
        amountMinor: editedMinor - cancelledMinor,
      })),
  ];
}
