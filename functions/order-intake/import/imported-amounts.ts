import { type Priced, priceAsSent, type SentTotals } from '../../../shared/pricing/sent-amounts.ts';

/** The amounts of a row, for the whole line except the unit price. */
type RowAmounts = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  discountMinor: number;
  taxMinor: number;
  totalMinor?: number | undefined;
};

/** A column of a row that does not fit the others; without `index`, all rows of the order have it. */
export type WrongAmount = { index?: number; reason: string };

/**
 * Checks the amounts of an imported order against each other, as those of an order of a channel that prices itself. All
 * tax is in the rows, none is calculated.
 */
export function importedAmounts(
  rows: readonly RowAmounts[],
  sent: SentTotals & { shippingMinor: number },
  taxIncluded: boolean,
): Priced | { wrong: WrongAmount[] } {
  const priced = priceAsSent(
    {
      lines: rows.map(({ sku, quantity, unitPriceMinor }) => ({ sku, quantity, unitPriceMinor, taxCategory: 'none' })),
      sentLines: rows.map(({ discountMinor, taxMinor, totalMinor }, index) => ({
        pointer: `/${index}`,
        discountMinor,
        taxMinor,
        totalMinor,
      })),
      sent,
      shippingMinor: 0,
    },
    { taxIncluded, taxBasisPoints: { standard: 0 } },
  );
  if (priced === 'too-large') return { wrong: [{ reason: 'An amount of this order is too large' }] };
  if (!('differences' in priced)) return priced;
  return {
    wrong: priced.differences.map(({ pointer, detail }) => {
      const [, index = '', column] = pointer.split('/');
      return column === undefined
        ? { reason: `${index}: ${detail}` }
        : { index: Number(index), reason: `${column}: ${detail}` };
    }),
  };
}
