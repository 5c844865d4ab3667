import type { DataOf } from '../../shared/contracts/define-event.ts';
import type { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { frozenRules, frozenTaxation } from '../../shared/pricing/frozen-taxation.ts';
import { baseList } from '../../shared/pricing/price-lists.ts';
import { pricingEngine } from '../../shared/pricing/price-basket.ts';
import { calculatedTaxes, grossOf, partOf, sumOf, withCategory } from '../../shared/pricing/price-order.ts';
import type { OfferedMethod, PricingRules } from '../../shared/pricing/pricing-rules.ts';
import { ratesInForce } from '../../shared/tax/rates.ts';
import type { TaxZone } from '../../shared/tax/tax-zones.ts';
import type { Taxation } from '../../shared/tax/taxation.ts';

type PlacedOrder = Omit<DataOf<typeof OrderPlaced>, 'status'>;
type PlacedLine = PlacedOrder['lines'][number];

/** The settings that an order was priced by; `deployed` are those of the deployment. */
export type FrozenSettings = {
  deployed: PricingRules;
  zones: readonly TaxZone[] | undefined;
  methods: readonly OfferedMethod[] | undefined;
};

/** Zone and treatment, for a person. */
export const zoneText = ({ zone, relief }: Taxation): string =>
  `${zone.zoneId} (${zone.name}): ${relief?.name ?? zone.treatment ?? 'domestic'}`;

/** The rule of a unit price, for a person. */
export function priceText({ priceList, sku }: Pick<PlacedLine, 'priceList' | 'sku'>, minQuantity?: number): string {
  if (!priceList) return `${baseList}: the price of ${sku} in its own currency`;
  const from = minQuantity === undefined || minQuantity === 1 ? '' : `, from ${minQuantity} units`;
  return `List ${priceList.listId}, version ${priceList.version}${from}`;
}

/** The rule of a tax, for a person. */
export function taxText(taxCategory: string, taxation: Taxation): string {
  const { zone, at, relief } = taxation;
  if (relief) return `${taxCategory}: 0 %, ${relief.name}${relief.reason === undefined ? '' : ` (${relief.reason})`}`;
  const rates = ratesInForce(zone, taxCategory, at)?.rates ?? [];
  const texts = rates.map(
    ({ percentage, name, jurisdiction, compound }) =>
      `${percentage} % ${name} (${jurisdiction})${compound ? ' on the amount with the taxes before it' : ''}`,
  );
  return `${taxCategory}: ${texts.join(' + ')}`;
}

/** Explains the amounts of an order as it was placed, and calculates them again from its frozen prices and rates. */
export function explain(order: PlacedOrder, { deployed, zones, methods }: FrozenSettings) {
  const { orderId, placedAt, currency, taxes, taxMinor, pricing } = order;
  const shipping = `${order.shippingMethod}: ${order.shippingMinor} ${currency}`;
  const head = { orderId, placedAt, currency, shipping, discounts: order.discounts, taxes, taxMinor };
  if (!taxes)
    return { ...head, pricedBy: 'channel' as const, lines: order.lines.map((line) => explained(line, order)) };
  const taxation = frozenTaxation(order, frozenRules(order, deployed, zones));
  return {
    ...head,
    pricedBy: isPricedByChannel(order) ? ('channel' as const) : ('store' as const),
    engine: pricing?.engine ?? pricingEngine,
    settingsVersions: pricing?.settingsVersions ?? { taxZones: 0, shippingMethods: 0 },
    taxZone: zoneText(taxation),
    rounding: taxation.zone.rounding,
    lines: order.lines.map((line) => explained(line, order, taxation)),
    recomputed: recomputed(order, taxation, methods ?? deployed.shippingMethods.methods),
  };
}

/** The channel set the prices; the store calculated the tax if it is known by rate. */
const isPricedByChannel = ({ taxes, pricing }: PlacedOrder) => !taxes || pricing?.pricedBy === 'channel';

function explained(line: PlacedLine, order: PlacedOrder, taxation?: Taxation) {
  const { lineId, sku, quantity, unitPriceMinor, priceList, taxMinor } = line;
  const { taxCategory } = withCategory(line);
  const rates = taxation && !taxation.relief ? ratesInForce(taxation.zone, taxCategory, taxation.at)?.rates : undefined;
  return {
    lineId,
    sku,
    quantity,
    unitPriceMinor,
    priceList,
    explanation: {
      price:
        isPricedByChannel(order) && !priceList
          ? 'The channel set the price, or the order is from before 2026-11-30'
          : priceText(line),
      tax: taxation
        ? taxText(taxCategory, taxation)
        : 'The channel set the tax, or the order is from before 2026-11-30',
    },
    rates: (rates ?? []).map(({ rateId, name, jurisdiction, percentage, validFrom, validTo }) => ({
      rateId,
      name,
      jurisdiction,
      percentage,
      validFrom,
      validTo,
    })),
    taxMinor,
  };
}

function recomputed(order: PlacedOrder, taxation: Taxation, methods: readonly OfferedMethod[]) {
  const goods = requestedLines(order.lines).map((line) => partOf(withCategory(line), line.discountMinor));
  const { taxCategory, taxed } = methods.find(({ method }) => method === order.shippingMethod) ?? {};
  const { shippingMinor, discountMinor, taxIncluded, charges = [] } = order;
  const { lineTaxes, shipping } = calculatedTaxes(goods, { shippingMinor, taxCategory, taxed }, taxation);
  const taxMinor = sumOf([...lineTaxes, ...shipping.map((part) => part.taxMinor)]);
  const chargesMinor = sumOf(charges.map(({ amountMinor }) => amountMinor));
  const subtotalMinor = sumOf(order.lines.map(grossOf));
  const totalMinor = subtotalMinor - discountMinor + shippingMinor + chargesMinor + (taxIncluded ? 0 : taxMinor);
  return { taxMinor, totalMinor, isEqual: taxMinor === order.taxMinor && totalMinor === order.totalMinor };
}

/** The lines as requested: the parts of a line from several warehouses together, as its tax was rounded. */
const requestedLines = (lines: readonly PlacedLine[]): PlacedLine[] =>
  [...Map.groupBy(lines, ({ lineId, partOf: whole = lineId }) => whole).values()].flatMap(([first, ...rest]) =>
    first
      ? [
          {
            ...first,
            quantity: sumOf([first, ...rest].map(({ quantity }) => quantity)),
            discountMinor: sumOf([first, ...rest].map(({ discountMinor }) => discountMinor)),
          },
        ]
      : [],
  );
