import { OrderEdited } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { isTooLarge } from '../../../shared/dynamodb/transaction-limits.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { changed, eventData, illegal, type Outcome, draftEvent } from '../order/change.ts';
import { withoutExcessUnits } from '../../../shared/promotions/promotion-claim.ts';
import { editedDiscounts } from './edited-discounts.ts';
import { editLines, type Offer } from './edit-lines.ts';
import { next } from '../order/life-cycle.ts';
import { saleTerms } from '../order/line-units.ts';
import { isStale, type OrderItem } from '../order/order-item.ts';
import { repriced, holdEvents } from '../order/payment.ts';
import {
  ceilingRefusal,
  pricesAboveCeiling,
  type SentPrice,
  totalAboveCeiling,
} from '../../../shared/pricing/ceilings.ts';
import { frozenRules, frozenTaxation, isOtherZone } from '../../../shared/pricing/frozen-taxation.ts';
import {
  orderTaxes,
  partOf,
  type Shipping,
  taxedShipping,
  taxOfShipping,
  type Totals,
  totalsOf,
  withCategory,
} from '../../../shared/pricing/price-order.ts';
import { type PricingRules, rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import { amountTooLarge, type Invalid, invalid, orderTooLarge } from '../../../shared/pricing/sellable.ts';
import { methodFor, shippingOf } from '../../../shared/pricing/shipping-price.ts';
import type { Taxation } from '../../../shared/tax/taxation.ts';

/** An edit request; `ifMatch` is the ETag of the order version that it applies to. */
export type SentEdit = { content: OrderEdit; contentHash: string; ifMatch?: string | undefined };

/** SKUs whose price or stock the edit may need. */
export const skusOf = ({ lines }: Pick<OrderItem, 'lines'>, { lines: requested = [], addLines = [] }: OrderEdit) => {
  const named = new Set(requested.map(({ lineId }) => lineId));
  const resizedLines = lines.filter(({ lineId }) => named.has(lineId));
  return [...new Set([...resizedLines, ...addLines].map(({ sku }) => sku))];
};

/** Edits an order that is not allocated yet, once per edit id. */
export function edit(
  order: OrderItem,
  { content, contentHash, ifMatch }: SentEdit,
  offer: Offer,
  policy: SellingPolicy,
): Outcome {
  const earlier = order.edits?.find(({ editId }) => editId === content.editId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier) return { kind: 'conflict', type: 'edit-conflict', detail: 'This edit id was used for another edit.' };
  if (isStale(order, ifMatch)) return { kind: 'stale' };
  if (!next(order.status, 'edit')) return illegal(order, 'edited');

  const rules = rulesOf(policy, offer.settings, offer.priceLists);
  const frozen = frozenRules(order, rulesOf(policy), offer.frozenZones);
  if (content.shippingAddress && isOtherZone(content.shippingAddress, order, frozen)) return zoneChange;
  const taxation = frozenTaxation(order, frozen, offer.taxIncluded);
  const units = editLines(order, content, offer, taxation, policy);
  if ('refusal' in units) return units.refusal;
  const amounts = amountsOf(order, content, units.lines, { rules, taxation });
  if ('refusal' in amounts) return amounts.refusal;
  const tooMuch = aboveCeilings(order, content, { ...amounts, prices: units.prices }, policy);
  if (tooMuch) return tooMuch;
  const { lines, lineCount } = units;
  const { shippingAddress = order.shippingAddress, shippingMethod = order.shippingMethod, note = order.note } = content;
  const after = repriced(order, {
    ...order,
    ...amounts,
    lines,
    lineCount,
    discounts: editedDiscounts(order.discounts, lines),
    promotionClaims: withoutExcessUnits(order.promotionClaims, lines),
    shippingAddress,
    shippingMethod,
    note,
    edits: [
      ...(order.edits ?? []),
      { editId: content.editId, contentHash, differenceMinor: amounts.totalMinor - order.totalMinor },
    ],
    version: order.version + 1,
  });
  const data = editedOf(order, after, content);
  if (isTooLarge(after) || isTooLarge(data)) return orderTooLarge;
  const stock = { kind: 'exchange' as const, reservations: units.reservations };
  return changed(after, [draftEvent(OrderEdited, data), ...holdEvents(order, after)], stock);
}

const zoneChange = invalid(
  'tax-zone-change',
  '/shippingAddress',
  'The address is in another tax zone than the order was taxed by. Cancel the order and place it again.',
);

/** The order's amounts. A new shipping method has its current price; an unchanged method and charges keep theirs. */
function amountsOf(
  order: OrderItem,
  { shippingMethod = order.shippingMethod, shippingAddress = order.shippingAddress }: OrderEdit,
  lines: OrderItem['lines'],
  { rules, taxation }: { rules: PricingRules; taxation: Taxation },
): (Totals & Pick<OrderItem, 'taxes'>) | { refusal: Invalid } {
  const { taxIncluded } = order;
  const taxOfLines = order.lines.reduce((sum, { taxMinor }) => sum + taxMinor, 0);
  const goods = lines.map((line) => withCategory(line));
  const { methods } = rules.shippingMethods;
  const parts = goods.map((line) => partOf(line, line.discountMinor));
  const { taxCategory, taxed: taxedBy } = methods.find(({ method }) => method === order.shippingMethod) ?? {};
  let shipping: Shipping = { shippingMinor: order.shippingMinor, taxCategory, taxed: taxedBy };
  let shippingTaxMinor = order.taxMinor - taxOfLines;
  if (shippingMethod !== order.shippingMethod) {
    const { country } = shippingAddress;
    const offered = methodFor({ shippingMethod, currency: order.currency, country }, methods);
    if ('refusal' in offered) return offered;
    const priced = shippingOf(offered, goods, taxation);
    if ('refusal' in priced) return priced;
    shipping = priced;
    shippingTaxMinor = taxOfShipping(shipping, parts, taxation);
  }
  const { shippingMinor } = shipping;
  const totals = totalsOf(lines, { shippingMinor, taxMinor: shippingTaxMinor }, taxIncluded, order.charges);
  if (!totals) return { refusal: amountTooLarge };
  const taxed = taxedShipping(shipping, parts, shippingTaxMinor, taxation);
  return { ...totals, taxes: order.taxes && orderTaxes(goods, taxed, taxation) };
}

/** Refuses added units above the ceilings of the channel. An edit may always make an order smaller. */
function aboveCeilings(
  order: OrderItem,
  content: OrderEdit,
  { prices, totalMinor }: { prices: readonly SentPrice[]; totalMinor: number },
  policy: SellingPolicy,
): Invalid | undefined {
  const additions = prices.map(({ pointer }) => `/${pointer.split('/')[1]}`);
  const pointers = [...new Set(additions), ...(content.shippingMethod === undefined ? [] : ['/shippingMethod'])];
  const isLarger = totalMinor > order.totalMinor;
  return ceilingRefusal([
    ...pricesAboveCeiling(order.channel, prices, policy),
    ...(isLarger ? totalAboveCeiling(order.channel, { totalMinor, pointers }, policy) : []),
  ]);
}

/** Data of `OrderEdited`. */
function editedOf(before: OrderItem, after: OrderItem, { editId, reason, ...content }: OrderEdit) {
  const { shippingAddress, shippingMethod, note } = content;
  const { subtotalMinor, discountMinor, shippingMinor, taxMinor, totalMinor } = after;
  const differences = {
    subtotalMinor: subtotalMinor - before.subtotalMinor,
    discountMinor: discountMinor - before.discountMinor,
    shippingMinor: shippingMinor - before.shippingMinor,
    taxMinor: taxMinor - before.taxMinor,
    totalMinor: totalMinor - before.totalMinor,
  };
  const amounts = { subtotalMinor, discountMinor, shippingMinor, taxMinor, totalMinor };
  const lines = changedLines(before.lines, after.lines);
  const changes = { lines, amounts, differences, shippingAddress, shippingMethod, note, sale: saleTerms(after) };
  return { ...eventData(after), editId, reason, ...changes };
}

/** Lines whose quantity changed, before and after. */
function changedLines(before: OrderItem['lines'], after: OrderItem['lines']) {
  const remaining = new Map(after.map((line) => [line.lineId, line]));
  const ids = new Set(before.map(({ lineId }) => lineId));
  return [
    ...before.map((line) => ({ before: line, after: remaining.get(line.lineId) ?? null })),
    ...after.filter(({ lineId }) => !ids.has(lineId)).map((line) => ({ before: null, after: line })),
  ].filter((line) => line.before?.quantity !== line.after?.quantity);
}
