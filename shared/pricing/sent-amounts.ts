import type { OrderCharge } from '../contracts/orders/events.ts';
import { allocate } from '../money.ts';
import { maxAmountMinor } from '../names.ts';
import type { TaxByRate } from '../tax/tax-of-parts.ts';
import type { Taxation } from '../tax/taxation.ts';
import {
  calculatedTaxes,
  grossOf,
  keyOf,
  orderTaxes,
  partOf,
  type PricedLine,
  type SellableLine,
  type Shipping,
  sumOf,
  type TaxedShipping,
  type Totals,
  totalsOf,
} from './price-order.ts';

type Amount = number | undefined;
/** Amounts of a requested line as the caller sent them; `pointer` is the line's JSON pointer. */
export type SentLine = { pointer: string; discountMinor?: Amount; taxMinor?: Amount; totalMinor?: Amount };
/** Amounts of a requested order as the caller sent them. */
export type SentTotals = {
  subtotalMinor?: Amount;
  discountMinor?: Amount;
  shippingMinor?: Amount;
  taxMinor?: Amount;
  taxIncluded?: boolean | undefined;
  totalMinor?: Amount;
};
/** An amount that does not fit the others; `detail` has the expected and the received amount. */
export type Difference = { pointer: string; detail: string };

export type Requested = {
  lines: readonly SellableLine[];
  sentLines: readonly SentLine[];
  sent: SentTotals;
  /** The price of the shipping method. */
  shipping: Shipping;
  charges?: readonly OrderCharge[] | undefined;
  /** Discounts of promotions, by line. */
  discounts?: readonly number[] | undefined;
};
/** `taxes`: the tax by rate, if the store calculated all of it. */
export type Priced = { lines: PricedLine[]; totals: Totals; taxes?: TaxByRate[] };

/**
 * Prices an order with the amounts that its channel sent; the store calculates the others. Returns every amount that does
 * not fit, or `too-large` if one exceeds `maxAmountMinor`. The amounts of an accepted order add up.
 */
export function priceAsSent(
  { lines, sentLines, sent, shipping: method, charges }: Requested,
  taxation: Taxation,
): Priced | { differences: Difference[] } | 'too-large' {
  const subtotalMinor = sumOf(lines.map(grossOf));
  if (subtotalMinor > maxAmountMinor) return 'too-large';
  const { shippingMinor = method.shippingMinor, taxIncluded = taxation.taxIncluded } = sent;
  const discounts = discountsOf(lines, sentLines, sent.discountMinor);
  if ('differences' in discounts) return discounts;
  const net = lines.map((line, index) => grossOf(line) - (discounts.shares[index] ?? 0));
  const requested = { lines, net, sentLines, shipping: { ...method, shippingMinor } };
  const taxes = taxesOf(requested, sent.taxMinor, { ...taxation, taxIncluded });
  if ('differences' in taxes) return taxes;
  const priced = lines.map((line, index) => ({
    ...line,
    discountMinor: discounts.shares[index] ?? 0,
    taxMinor: taxes.shares[index] ?? 0,
  }));
  const shipping = { shippingMinor, taxMinor: taxes.shares[lines.length] ?? 0 };
  const totals = totalsOf(priced, shipping, taxIncluded, charges);
  if (!totals) return 'too-large';
  const differences = [
    ...priced.flatMap((line, index) =>
      differencesOf(sentLines[index]?.pointer ?? '', { totalMinor: lineTotalOf(line, taxIncluded) }, sentLines[index]),
    ),
    ...differencesOf('', { subtotalMinor: totals.subtotalMinor, totalMinor: totals.totalMinor }, sent),
  ];
  if (differences.length > 0) return { differences };
  if (!taxes.shipping) return { lines: priced, totals };
  return { lines: priced, totals, taxes: orderTaxes(priced, taxes.shipping, { ...taxation, taxIncluded }) };
}

/** Compares sent amounts with those that the store calculated. */
export const differencesFrom = (
  { lines, totals }: Priced,
  sentLines: readonly SentLine[],
  sent: SentTotals,
): Difference[] => [
  ...lines.flatMap((line, index) => {
    const { discountMinor, taxMinor } = line;
    const totalMinor = lineTotalOf(line, totals.taxIncluded);
    return differencesOf(sentLines[index]?.pointer ?? '', { discountMinor, taxMinor, totalMinor }, sentLines[index]);
  }),
  ...differencesOf('', totals, sent),
];

export const lineTotalOf = (
  line: Pick<PricedLine, 'quantity' | 'unitPriceMinor' | 'discountMinor' | 'taxMinor'>,
  taxIncluded: boolean,
): number => grossOf(line) - line.discountMinor + (taxIncluded ? 0 : line.taxMinor);

const sums: Record<keyof Totals, string> = {
  subtotalMinor: 'quantity × unit price',
  discountMinor: 'the discount',
  shippingMinor: 'the price of shipping',
  taxMinor: 'the tax',
  taxIncluded: 'whether prices include tax',
  totalMinor: 'quantity × unit price − discount + shipping + charges, + tax if prices exclude it',
};

/** The sent amounts that differ from the expected ones. */
function differencesOf(pointer: string, expected: Partial<Totals>, sent: SentTotals = {}): Difference[] {
  const names = ['subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'taxIncluded', 'totalMinor'] as const;
  return names.flatMap((name) =>
    expected[name] === undefined || sent[name] === undefined || sent[name] === expected[name]
      ? []
      : [
          {
            pointer: `${pointer}/${name}`,
            detail: `Expected ${expected[name]} (${sums[name]}), received ${sent[name]}`,
          },
        ],
  );
}

type Shares = { shares: number[] } | { differences: Difference[] };

/** The discount of each line: its own, or its share of what the order's discount has beyond those. */
function discountsOf(lines: readonly SellableLine[], sentLines: readonly SentLine[], orderMinor: Amount): Shares {
  const own = lines.map((_line, index) => sentLines[index]?.discountMinor);
  const tooHigh = lines.flatMap((line, index) => above(sentLines[index], 'discountMinor', grossOf(line)));
  if (tooHigh.length > 0) return { differences: tooHigh };
  const ownMinor = sumOf(own.map((discount = 0) => discount));
  const open = lines.map((line, index) => (own[index] === undefined ? grossOf(line) : 0));
  const range = { from: ownMinor, to: ownMinor + sumOf(open) };
  if (orderMinor !== undefined && !isWithin(orderMinor, range)) {
    return { differences: [outside('/discountMinor', range, 'with the discounts of the lines', orderMinor)] };
  }
  const rest = (orderMinor ?? ownMinor) - ownMinor;
  const keys = lines.map((line) => keyOf(line));
  const shares = rest > 0 ? allocate(rest, open, keys) : [];
  return { shares: own.map((discount, index) => discount ?? shares[index] ?? 0) };
}

/**
 * The tax of each line and, last, of shipping: its own, calculated, or its share of the order's tax. `shipping` has its
 * parts if the channel states no tax at all.
 */
function taxesOf(
  {
    lines,
    net,
    sentLines,
    shipping,
  }: { lines: readonly SellableLine[]; net: number[]; sentLines: readonly SentLine[]; shipping: Shipping },
  orderMinor: Amount,
  taxation: Taxation,
): (Shares & { shipping?: undefined }) | { shares: number[]; shipping: TaxedShipping[] } {
  const { taxIncluded } = taxation;
  const own = [...lines.map((_line, index) => sentLines[index]?.taxMinor), undefined];
  const tooHigh = taxIncluded ? net.flatMap((minor, index) => above(sentLines[index], 'taxMinor', minor)) : [];
  if (tooHigh.length > 0) return { differences: tooHigh };
  const parts = lines.map((line, index) => partOf(line, grossOf(line) - (net[index] ?? 0)));
  const { lineTaxes, shipping: shippingTaxes } = calculatedTaxes(parts, shipping, taxation);
  const calculated = [...lineTaxes, sumOf(shippingTaxes.map(({ taxMinor }) => taxMinor))];
  const keys = [...parts.map(({ key }) => key), ''];
  if (orderMinor === undefined) {
    const shares = own.map((tax, index) => tax ?? calculated[index] ?? 0);
    return own.every((tax) => tax === undefined) ? { shares, shipping: shippingTaxes } : { shares };
  }
  const ifOpen = (amounts: number[]) => amounts.map((minor, index) => (own[index] === undefined ? minor : 0));
  const open = ifOpen([...net, shipping.shippingMinor]);
  const ownMinor = sumOf(own.map((tax = 0) => tax));
  const range = { from: ownMinor, to: ownMinor + sumOf(open) };
  if (!isWithin(orderMinor, range)) {
    return { differences: [outside('/taxMinor', range, 'with the tax of the lines and of shipping', orderMinor)] };
  }
  const shares = sharesWithin(orderMinor - ownMinor, ifOpen(calculated), open, keys);
  return { shares: own.map((tax, index) => tax ?? shares[index] ?? 0) };
}

/** Allocates in proportion to the weights, or to the limits if a share would exceed its limit. */
function sharesWithin(
  amountMinor: number,
  weights: readonly number[],
  limits: readonly number[],
  keys: readonly string[],
): number[] {
  if (amountMinor === 0) return [];
  const shares = sumOf(weights) > 0 ? allocate(amountMinor, weights, keys) : undefined;
  return shares?.every((share, index) => share <= (limits[index] ?? 0)) ? shares : allocate(amountMinor, limits, keys);
}

const isWithin = (minor: number, { from, to }: { from: number; to: number }) => minor >= from && minor <= to;

const above = (line: SentLine | undefined, name: 'discountMinor' | 'taxMinor', limitMinor: number): Difference[] => {
  const received = line?.[name];
  if (!line || received === undefined || received <= limitMinor) return [];
  return [outside(`${line.pointer}/${name}`, { from: 0, to: limitMinor }, 'the price of the line', received)];
};

const outside = (pointer: string, { from, to }: { from: number; to: number }, reason: string, received: number) => ({
  pointer,
  detail: `Expected ${from === to ? from : `${from} to ${to}`} (${reason}), received ${received}`,
});
