import type { DataOf } from '../../../../shared/contracts/define-event.ts';
import type { OrderPlaced } from '../../../../shared/contracts/orders/events.ts';
import { linesOf, ratesOf } from '../line-amounts.ts';
import type { FactOf, Line, Rate } from '../order-facts.ts';
import { taxOfLine } from '../tax-shares.ts';

type Placing = Omit<DataOf<typeof OrderPlaced>, 'status'>;

/** What a placed or imported order says. `rates` of lines and shipping are those that the event names, or follow from it. */
export function placedFact(
  order: Placing,
  base: { id: string; at: number },
  given: Pick<FactOf<'placed'>, 'isImported'> = {},
): FactOf<'placed'> {
  const { currency, taxIncluded, exchangeOf, taxes, shippingAddress } = order;
  const rates = ratesOf(order);
  const categories = taxes?.flatMap(({ taxCategories }) => (taxCategories ? [taxCategories] : []));
  const isKnown =
    taxes !== undefined && categories !== undefined && categories.length === rates.length && rates.length > 0;
  const lines = linesOf(order.lines, rates, taxIncluded, isKnown ? categories : undefined);
  const relief = reliefOf(order);
  return {
    kind: 'placed',
    ...base,
    text: `placed ${order.externalOrderId}`,
    currency,
    taxIncluded,
    lines,
    rates: isKnown ? withShipping(rates, lines, taxes) : rates,
    shipping: order.shippingMinor,
    taxMinor: order.taxMinor,
    charges: (order.charges ?? []).map(({ chargeId, amountMinor: amount }) => ({ chargeId, amount })),
    exchangeCredit: (exchangeOf?.payments ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    place: placeOf(shippingAddress),
    ...(relief && { relief }),
    ...given,
  };
}

/** Sales tax of the United States is that of a state. */
const placeOf = ({ country, state }: { country: string; state?: string | undefined }) =>
  country === 'US' && state !== undefined && /^[A-Z]{2}$/.test(state) ? `US-${state}` : country;

/** A relief is the only rate of its order. Without a zone, a rate of 0 of another country than that of the goods is an export. */
function reliefOf({ taxes = [], shippingAddress }: Pick<Placing, 'taxes' | 'shippingAddress'>) {
  const [only, ...others] = taxes;
  if (!only || others.length > 0 || Number(only.percentage) !== 0) return undefined;
  const { rateId, jurisdiction } = only;
  if (rateId === 'export' || rateId === 'reverse-charge' || rateId === 'exemption') return rateId;
  const isAbroad = /^[A-Z]{2}$/.test(jurisdiction) && jurisdiction !== shippingAddress.country;
  return isAbroad ? 'export' : undefined;
}

/** What a rate has beyond the lines is that of shipping. */
function withShipping(rates: Rate[], lines: Line[], taxes: NonNullable<Placing['taxes']>): Rate[] {
  const parts = lines.flatMap((line) =>
    taxOfLine({ base: line.list - line.discount, tax: line.tax }, line, { rates, lines }),
  );
  return rates.map((rate, index) => {
    const own = parts.filter(([of]) => of === index).map(([, due]) => due);
    const shippingTax = Math.max(0, rate.tax - own.reduce((sum, { tax }) => sum + tax, 0));
    const shippingBase = (taxes[index]?.taxableMinor ?? 0) - own.reduce((sum, { base }) => sum + base, 0);
    return Object.assign({}, rate, { shippingTax }, shippingBase >= 0 && { shippingBase });
  });
}
