import { canonicalHash } from '../content-hash.ts';
import type { DataOf } from '../contracts/define-event.ts';
import type { OrderPlaced } from '../contracts/orders/events.ts';
import { normalEmail } from '../email.ts';
import type { OrderContent } from '../contracts/orders/routes.ts';
import { sumOf } from '../pricing/price-order.ts';

type PlacedOrder = DataOf<typeof OrderPlaced>;
type PlacedLine = PlacedOrder['lines'][number];
type Channel = { pricesItself: boolean };

/**
 * Hash of an order's content, with the defaults that never change left out. The default shipping method is none of them:
 * it depends on the settings in force, the currency and the country.
 */
export const orderHash = (content: OrderContent): string => hashOf(content, { note: '' });

/** Hash of an imported order: the same for other spellings of its times, texts and e-mail address. */
export const importedOrderHash = (order: Pick<PlacedOrder, 'customer'>): string => hashOf(order, {});

const hashOf = (content: Pick<OrderContent, 'customer'>, defaults: Record<string, unknown>): string => {
  const { email, ...customer } = content.customer;
  return canonicalHash({ ...content, customer: { ...customer, email: email && normalEmail(email) } }, { defaults });
};

/** Whether a stored hash is of this content: canonical, or as sent, which orders placed before 2026-11-30 have. */
export const hasHash = (
  stored: string,
  { contentHash, sentHash }: { contentHash: string; sentHash?: string | undefined },
): boolean => stored === contentHash || stored === sentHash;

/**
 * Whether two requests are for the same order, before it is placed. Amounts that a channel only expects are not part of it,
 * nor is a shipping method that one of them leaves to the store.
 */
export function isSameOrder(a: OrderContent, b: OrderContent, channel: Channel): boolean {
  const isMethodOpen = a.shippingMethod === undefined || b.shippingMethod === undefined;
  const hash = (content: OrderContent) =>
    orderHash(contentOf(isMethodOpen ? { ...content, shippingMethod: undefined } : content, channel));
  return hash(a) === hash(b);
}

const contentOf = (content: OrderContent, { pricesItself }: Channel): OrderContent =>
  pricesItself ? content : { ...withoutAmounts(content), lines: content.lines.map(withoutPrice) };

const withoutPrice = ({ sku, quantity }: OrderContent['lines'][number]) => ({ sku, quantity });

function withoutAmounts(content: OrderContent): OrderContent {
  const { subtotalMinor: _s, discountMinor: _d, shippingMinor: _sh, taxMinor: _t, taxIncluded: _i, ...rest } = content;
  const { totalMinor: _total, ...others } = rest;
  return others;
}

/**
 * Whether the order was placed with this content. An amount, price, time or shipping method that the content leaves to the
 * store is as the store set it; one that it states is the placed one. The discount that a channel sets for itself has the
 * default 0.
 */
export function isPlacedAs(content: OrderContent, placed: PlacedOrder, channel: Channel): boolean {
  const parts = linesOf(content, placed.lines);
  if (!parts) return false;
  const { lines: _lines, placedAt, shippingMethod, ...stated } = content;
  const { customer, shippingAddress, billingAddress, couponCodes, charges, externalOrderId, currency, note } = placed;
  const { paymentMethod } = placed;
  const addresses = { shippingAddress, billingAddress };
  const same = { customer, ...addresses, couponCodes, charges, externalOrderId, currency, note, paymentMethod };
  const defaults = { note: '' };
  return (
    (shippingMethod === undefined || shippingMethod === placed.shippingMethod) &&
    (placedAt === undefined || Date.parse(placedAt) === Date.parse(placed.placedAt)) &&
    hashOf(withoutAmounts({ ...stated, lines: [] }), defaults) === hashOf(same, defaults) &&
    amounts.every((name) => content[name] === undefined || content[name] === placed[name]) &&
    content.lines.every((line, index) => hasAmounts(line, parts[index] ?? [])) &&
    (!channel.pricesItself || hasDefaultDiscount(content, parts))
  );
}

const amounts = ['subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'taxIncluded', 'totalMinor'] as const;

/** The placed lines of each requested line, one per warehouse; undefined if they are of other lines. */
function linesOf({ lines }: OrderContent, placed: readonly PlacedLine[]): PlacedLine[][] | undefined {
  const rest = placed.filter(({ gift }) => gift === undefined);
  const parts = lines.map(({ sku, quantity }) => {
    const own: PlacedLine[] = [];
    while (rest[0]?.sku === sku && sumOf(own.map((line) => line.quantity)) < quantity) own.push(...rest.splice(0, 1));
    return sumOf(own.map((line) => line.quantity)) === quantity ? own : undefined;
  });
  return rest.length > 0 ? undefined : parts.every((own) => own !== undefined) ? parts : undefined;
}

function hasAmounts(line: OrderContent['lines'][number], parts: readonly PlacedLine[]): boolean {
  const { unitPriceMinor } = line;
  const lineAmounts = ['discountMinor', 'taxMinor', 'totalMinor'] as const;
  return (
    parts.every((part) => unitPriceMinor === undefined || part.unitPriceMinor === unitPriceMinor) &&
    lineAmounts.every((name) => line[name] === undefined || line[name] === sumOf(parts.map((part) => part[name])))
  );
}

const hasDefaultDiscount = ({ lines, discountMinor }: OrderContent, parts: readonly PlacedLine[][]): boolean =>
  discountMinor !== undefined ||
  lines.every(
    (line, index) => line.discountMinor !== undefined || (parts[index] ?? []).every((part) => part.discountMinor === 0),
  );
