import type { Movement } from '../../shared/stock/movement.ts';
import type { OrderContent } from '../../shared/http/orders.ts';
import { type Dice, diceOf } from './chance.ts';

export type PlannedSku = { sku: string; priceMinor: number; category: string; units: Record<string, number> };

/** One order of a customer, and how often and with what its storefront sends it. */
export type PlannedOrder = {
  client: 'storefront' | 'marketplace';
  content: OrderContent;
  /** Sent so many times more, whatever was answered. */
  repeats: number;
  /** Whether the repeats go out at the same time as the first. */
  isHasty: boolean;
  /** Other content that is sent under the same identity at last. */
  changed: OrderContent | undefined;
};

/** A delivery note, sent so many times more; `isHasty` as for orders. */
export type PlannedMovements = { movements: Movement[]; repeats: number; isHasty: boolean };
/** A new price; `goesOffSale` for a moment before it. */
export type PlannedSkuChange = { sku: string; priceMinor: number; category: string; goesOffSale: boolean };

export type Plan = ReturnType<typeof planOf>;

/** Days of the orders: a Saturday, and the Sunday of 23 hours after it in London. */
export const days = ['2025-03-29', '2025-03-30'] as const;
const warehouses = ['main', 'north'];
const countries = ['GB', 'GB', 'GB', 'FR', 'DE', 'US'];

/** All that the actors of a run set out to do; the seed alone decides it. */
export function planOf(seed: number, orderCount: number) {
  const dice = diceOf(seed, 'plan');
  const skuCount = Math.max(6, Math.round(orderCount / 20));
  // Every third SKU is scarce: more is ordered than there is.
  const skus = Array.from({ length: skuCount }, (_, index): PlannedSku => {
    const units = index % 3 === 0 ? dice.whole(3, 20) : 100_000;
    const isSplit = dice.happens(0.4);
    const main = isSplit ? Math.floor(units / 2) : units;
    const category = dice.pick(['mugs', 'lamps', 'gifts']);
    return { sku: `SIM-${index}`, priceMinor: dice.whole(50, 9000), category, units: { main, north: units - main } };
  });
  const orders = Array.from({ length: orderCount }, (_, index) => plannedOrder(dice, skus, index));
  const movements = Array.from({ length: Math.ceil(orderCount / 6) }, (_, index) =>
    plannedMovements(dice, skus, `move-${index}`),
  );
  const skuChanges = Array.from({ length: Math.ceil(orderCount / 30) }, (): PlannedSkuChange => {
    const { sku, category } = dice.pick(skus);
    return { sku, category, priceMinor: dice.whole(50, 9000), goesOffSale: dice.happens(0.3) };
  });
  /** Clock jumps in seconds, over batching windows; together over a visibility timeout once, and not more often. */
  const jumpsSeconds = Array.from({ length: 6 }, (_, index) => (index % 3 === 1 ? 200 : dice.whole(1, 30)));
  return { seed, skus, orders, movements, skuChanges, jumpsSeconds };
}

function plannedOrder(dice: Dice, skus: readonly PlannedSku[], index: number): PlannedOrder {
  const lines = Array.from({ length: dice.pick([1, 1, 2, 3]) }, () => ({
    sku: dice.pick(skus).sku,
    quantity: dice.pick([1, 1, 1, 2, 3]),
  }));
  const time = `${String(dice.whole(0, 23)).padStart(2, '0')}:${String(dice.whole(0, 59)).padStart(2, '0')}`;
  const content: OrderContent = {
    externalOrderId: `order-${index}`,
    currency: 'GBP',
    customer: { id: `customer-${dice.whole(1, 20)}`, name: 'Zoë 😀' },
    shippingAddress: { country: dice.pick(countries), city: 'Łódź' },
    lines,
    placedAt: `${dice.pick(days)}T${time}:00+00:00`,
  };
  const changed = dice.happens(0.1)
    ? { ...content, lines: [...lines, { sku: dice.pick(skus).sku, quantity: 5 }] }
    : undefined;
  return {
    client: dice.pick(['storefront', 'marketplace'] as const),
    content,
    repeats: dice.pick([0, 0, 1, 2]),
    isHasty: dice.happens(0.5),
    changed,
  };
}

const types = ['receipt', 'receipt', 'adjustment', 'damage', 'return', 'write-off', 'transfer-out', 'count'] as const;

/** A delivery note of a few movements, of scarce SKUs as well, so that movements and orders meet. */
function plannedMovements(dice: Dice, skus: readonly PlannedSku[], id: string): PlannedMovements {
  const movements = Array.from({ length: dice.whole(1, 4) }, (_, index): Movement => {
    const type = dice.pick(types);
    const quantity = dice.whole(1, 4);
    return {
      movementId: `${id}-${index}`,
      sku: dice.pick(skus).sku,
      warehouse: dice.pick(warehouses),
      type,
      quantity: type === 'adjustment' && dice.happens(0.5) ? -quantity : quantity * (type === 'count' ? 5 : 1),
      reason: 'simulated',
    };
  });
  return { movements, repeats: dice.pick([0, 1, 1, 2]), isHasty: dice.happens(0.5) };
}
