import type { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import { pricesAboveCeiling, totalAboveCeiling } from '../../../shared/pricing/ceilings.ts';
import { noShipping, sumOf, type Totals } from '../../../shared/pricing/price-order.ts';
import { deployedZone } from '../../../shared/pricing/pricing-rules.ts';
import { type Priced, priceAsSent } from '../../../shared/pricing/sent-amounts.ts';
import type { SellingPolicy } from '../../../shared/store.ts';

/** The amounts of a row, for the whole line except the unit price. */
type RowAmounts = {
  sku: string;
  quantity: number;
  unitPriceMinor: number;
  discountMinor: number;
  taxMinor: number;
  totalMinor?: number | undefined;
};

/** The amounts of an order, in each of its rows. Totals are optional: they are only compared with the rows. */
type OrderAmounts = {
  shippingMinor: number;
  shippingTaxMinor?: number;
  chargesMinor?: number;
  orderSubtotalMinor?: number | undefined;
  orderDiscountMinor?: number | undefined;
  orderTaxMinor?: number | undefined;
  orderTotalMinor?: number | undefined;
};

/** All tax is in the file. */
const untaxedZone = deployedZone({ taxBasisPoints: { standard: 0 } });

/** A column of a row that does not fit the others; without `index`, all rows of the order have it. */
export type WrongAmount = { index?: number; reason: string };

/**
 * Checks the amounts of an imported order against each other, as those of an order of a channel that prices itself. All
 * tax is in the file, none is calculated.
 */
export function importedAmounts(
  rows: readonly RowAmounts[],
  order: OrderAmounts,
  taxIncluded: boolean,
): Priced | { wrong: WrongAmount[] } {
  const { shippingMinor, shippingTaxMinor = 0, chargesMinor = 0 } = order;
  if (shippingTaxMinor > shippingMinor) {
    const range = `0 to ${shippingMinor} (the price of shipping)`;
    return { wrong: [{ reason: `shippingTaxMinor: Expected ${range}, received ${shippingTaxMinor}` }] };
  }
  const priced = priceAsSent(
    {
      lines: rows.map(({ sku, quantity, unitPriceMinor }) => ({ sku, quantity, unitPriceMinor, taxCategory: 'none' })),
      sentLines: rows.map(({ discountMinor, taxMinor, totalMinor }, index) => ({
        pointer: `/${index}`,
        discountMinor,
        taxMinor,
        totalMinor,
      })),
      sent: { shippingMinor, taxMinor: sumOf(rows.map(({ taxMinor }) => taxMinor)) + shippingTaxMinor },
      shipping: noShipping,
      charges: [importedCharge(chargesMinor)],
    },
    { zone: untaxedZone, at: 0, taxIncluded },
  );
  if (priced === 'too-large') return { wrong: [{ reason: 'An amount of this order is too large' }] };
  if (!('differences' in priced)) {
    const wrong = wrongTotals(order, priced.totals);
    return wrong.length > 0 ? { wrong } : priced;
  }
  return { wrong: priced.differences.map(wrongAmountOf) };
}

/** The amounts of an imported order, if they fit each other and are within the ceilings of its channel. */
export function amountsWithinCeilings(
  rows: readonly RowAmounts[],
  order: OrderAmounts & { channel: string },
  taxIncluded: boolean,
  policy: Pick<SellingPolicy, 'ceilings'>,
): Priced | { wrong: WrongAmount[] } {
  const amounts = importedAmounts(rows, order, taxIncluded);
  if ('wrong' in amounts) return amounts;
  const { channel } = order;
  const prices = rows.map(({ unitPriceMinor }, index) => ({ unitPriceMinor, pointer: `/${index}/unitPriceMinor` }));
  const total = { totalMinor: amounts.totals.totalMinor, pointers: ['/orderTotalMinor'] };
  const errors = [...pricesAboveCeiling(channel, prices, policy), ...totalAboveCeiling(channel, total, policy)];
  return errors.length > 0 ? { wrong: errors.map(wrongAmountOf) } : amounts;
}

/** The pointer is `/<index>/<column>` for a row, or `/<column>` for the order. */
function wrongAmountOf({ pointer, detail }: FieldError): WrongAmount {
  const [, index = '', column] = pointer.split('/');
  return column === undefined
    ? { reason: `${index}: ${detail}` }
    : { index: Number(index), reason: `${column}: ${detail}` };
}

/** The duties and fees of an imported order: its file has their sum. */
export const importedCharge = (amountMinor: number): OrderCharge => ({
  chargeId: 'imported',
  kind: 'fee',
  name: 'Imported duties and fees',
  amountMinor,
});

/** The totals of the file that differ from those of its rows. */
function wrongTotals(order: OrderAmounts, totals: Totals): WrongAmount[] {
  const columns = [
    ['orderSubtotalMinor', totals.subtotalMinor],
    ['orderDiscountMinor', totals.discountMinor],
    ['orderTaxMinor', totals.taxMinor],
    ['orderTotalMinor', totals.totalMinor],
  ] as const;
  return columns.flatMap(([column, expected]) => {
    const received = order[column];
    if (received === undefined || received === expected) return [];
    return [{ reason: `${column}: Expected ${expected} (by the rows of the order), received ${received}` }];
  });
}
