import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import { edit } from '../../../functions/order-intake/editing/edit.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { OrderEdited } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { aCause, aPolicy, aSku, aStock, noon } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

export const anEdit = (given: Partial<OrderEdit> = {}): OrderEdit => ({
  editId: 'edit-1',
  reason: 'asked for',
  ...given,
});

type Line = OrderItem['lines'][number];
export const mugs: Line = {
  lineId: 'line-1',
  sku: 'MUG',
  quantity: 2,
  unitPriceMinor: 1200,
  discountMinor: 101,
  taxMinor: 383,
  totalMinor: 2299,
  warehouse: 'main',
  category: 'kitchen',
};
export const plate: Line = {
  lineId: 'line-2',
  sku: 'PLATE',
  quantity: 1,
  unitPriceMinor: 800,
  discountMinor: 0,
  taxMinor: 133,
  totalMinor: 800,
  warehouse: 'main',
};
/** Two mugs at 12.00 with 1.01 off, tax included, and a plate at 8.00; express. */
export const aMugOrder = (given: Partial<OrderItem> = {}): OrderItem => ({
  ...aPlacedOrder(),
  lines: [mugs, plate],
  subtotalMinor: 3200,
  discountMinor: 101,
  shippingMinor: 495,
  taxMinor: 599,
  totalMinor: 3594,
  ...given,
});

export const catalogue = (...skus: SkuRecord[]) => new Map(skus.map((sku) => [sku.sku, sku]));
/** Current prices, changed since the order. */
export const today = catalogue(
  aSku({ sku: 'MUG', priceMinor: 1500 }),
  aSku({ sku: 'PLATE', priceMinor: 900 }),
  aSku({ sku: 'BOWL', priceMinor: 600, category: 'kitchen' }),
  aSku({ sku: 'OLD', active: false }),
  aSku({ sku: 'DRAFT', product: { productId: 'draft', status: 'draft' } }),
  aSku({ sku: 'FOREIGN', currency: 'EUR' }),
);
export const inStock = (available: Record<string, Record<string, number>>) =>
  new Map(Object.entries(available).map(([sku, units]) => [sku, aStock(sku, units)]));
const plenty = inStock(Object.fromEntries([...today.keys()].map((sku) => [sku, { main: 50, north: 50 }])));
export const anOffer = (given: Partial<Parameters<typeof edit>[2]> = {}) => ({
  skus: today,
  stock: plenty,
  pricesItself: false,
  now: noon,
  ...given,
});

export const editOf = (order: OrderItem, content: OrderEdit, given: Partial<Parameters<typeof edit>[2]> = {}) =>
  edit(order, { content, contentHash: JSON.stringify(content) }, anOffer(given), aPolicy());
export const changedOf = (outcome: Outcome) => {
  if (outcome.kind !== 'changed') throw new Error(`Not edited: ${JSON.stringify(outcome)}`);
  return outcome;
};
export const eventsOf = (outcome: Outcome) => changedOf(outcome).events.map((draft) => draft(aCause()));
export const editedEvent = (outcome: Outcome) => OrderEdited.envelope.parse(eventsOf(outcome)[0]).detail.data;
export const reservationChange = (outcome: Outcome) => changedOf(outcome).stock?.reservations;
