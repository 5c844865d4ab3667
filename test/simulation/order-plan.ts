import type { OrderContent } from '../../shared/http/orders.ts';
import type { Assortment, PlannedSku } from './assortment.ts';
import type { Dice } from './chance.ts';
import { type PlannedLife, plannedLife } from './life-plan.ts';

/** Days of the orders: a Saturday, and the Sunday of 23 hours after it in London. */
export const days = ['2025-03-29', '2025-03-30'] as const;

type Channel = 'storefront' | 'marketplace';

/** One order of a customer, how often and with what its storefront sends it, and what becomes of it then. */
export type PlannedOrder = {
  client: Channel;
  content: OrderContent;
  /** Sent so many times more, whatever was answered. */
  repeats: number;
  /** Whether the repeats go out at the same time as the first. */
  isHasty: boolean;
  /** Other content that is sent under the same identity at last. */
  changed: OrderContent | undefined;
  /** Roughly what it costs, as its storefront reckons. */
  guessedMinor: number;
  life: PlannedLife;
};

/**
 * Orders that a storefront sends together: `now`, one by one and answered when decided; `later`, one by one for the
 * queue; `together`, in one request for the queue.
 */
export type PlannedBatch = { lane: 'now' | 'later' | 'together'; orders: PlannedOrder[]; repeats: number };

/** A file of historical orders, dropped so many times more. */
export type PlannedImport = { name: string; rows: ImportRow[]; repeats: number };
type ImportRow = { externalOrderId: string; channel: Channel; sku: string; quantity: number; price: number };

const countries = ['GB', 'GB', 'GB', 'FR', 'DE', 'US'];
/** Of orders in a row of which some want the same scarce SKU at the same time. */
const rushLength = 12;
const largeEvery = 60;

export function plannedOrders(dice: Dice, assortment: Assortment, count: number): PlannedOrder[] {
  const { skus } = assortment;
  const scarce = skus.filter((_, index) => index % 3 === 0);
  let wanted: PlannedSku | undefined;
  return Array.from({ length: count }, (_, index) => {
    if (index % rushLength === 0) wanted = dice.happens(0.25) ? dice.pick(scarce) : undefined;
    const lines = index % largeEvery === 7 ? largeLines(dice, assortment) : someLines(dice, skus, wanted);
    return plannedOrder(dice, assortment, index, lines);
  });
}

const someLines = (dice: Dice, skus: readonly PlannedSku[], wanted: PlannedSku | undefined) =>
  Array.from({ length: wanted ? 1 : dice.pick([1, 1, 2, 3]) }, () => ({
    sku: (wanted ?? dice.pick(skus)).sku,
    quantity: dice.pick([1, 1, 1, 2, 3]),
  }));

/** More SKUs than one transaction takes, half of the time with the one among them that is scarce. */
function largeLines(dice: Dice, { bulk }: Assortment) {
  const count = dice.whole(100, Math.min(250, bulk.length));
  const first = dice.happens(0.5) ? 0 : bulk.length - count;
  return bulk.slice(first, first + count).map(({ sku }) => ({ sku, quantity: dice.whole(1, 3) }));
}

function plannedOrder(
  dice: Dice,
  { skus, bulk }: Assortment,
  index: number,
  lines: OrderContent['lines'],
): PlannedOrder {
  const time = `${String(dice.whole(0, 23)).padStart(2, '0')}:${String(dice.whole(0, 59)).padStart(2, '0')}`;
  // The sweep cannot end an order of more SKUs than a transaction takes, so none of those waits for its payment.
  const client = lines.length < 50 ? dice.pick(['storefront', 'marketplace'] as const) : 'storefront';
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
  const prices = new Map([...skus, ...bulk].map(({ sku, priceMinor }) => [sku, priceMinor]));
  return {
    client,
    content,
    repeats: dice.pick([0, 0, 1, 2]),
    isHasty: dice.happens(0.5),
    changed,
    guessedMinor: lines.reduce((sum, { sku, quantity }) => sum + (prices.get(sku) ?? 0) * quantity, 0),
    life: plannedLife(dice, client, content.externalOrderId),
  };
}

/** The orders in the lanes in which they are sent, a quarter of them through the queue. */
export function plannedBatches(orders: readonly PlannedOrder[], dice: Dice): PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  for (let first = 0; first < orders.length;) {
    const lane = dice.pick(['now', 'now', 'now', 'now', 'now', 'now', 'later', 'together'] as const);
    const left = orders.slice(first, first + (lane === 'together' ? dice.whole(5, 30) : dice.whole(4, 12)));
    // A request for the queue is of one channel.
    const own = lane === 'together' ? left.filter(({ client }) => client === left[0]?.client) : left;
    batches.push({ lane, orders: own, repeats: dice.pick([0, 0, 1]) });
    const others = left.filter((order) => !own.includes(order));
    if (others.length > 0) batches.push({ lane: 'now', orders: others, repeats: 0 });
    first += left.length;
  }
  return batches;
}

/** Files that overlap: what one brings, the next may bring again. */
export function plannedImports(dice: Dice, { skus }: Assortment, count: number): PlannedImport[] {
  const rows = Array.from({ length: count }, (_, index) => {
    const externalOrderId = `old-${index}`;
    const channel = dice.pick(['storefront', 'marketplace'] as const);
    return Array.from({ length: dice.whole(1, 3) }, (): ImportRow => {
      const quantity = dice.whole(1, 5);
      return { externalOrderId, channel, sku: dice.pick(skus).sku, quantity, price: dice.whole(1, 5000) };
    });
  });
  const middle = Math.floor(count / 2);
  return [
    { name: 'old-1', rows: rows.slice(0, middle + 3).flat(), repeats: 1 },
    { name: 'old-2', rows: rows.slice(middle).flat(), repeats: 0 },
  ];
}
