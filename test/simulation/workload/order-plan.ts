import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { Assortment, PlannedSku } from './assortment.ts';
import type { Dice } from './random.ts';
import { plannedEdits, type PlannedEdit } from './edit-plan.ts';
import { type PlannedLife, plannedLife } from './life-cycle-plan.ts';
import { plannedRefunds, type PlannedRefund } from './refund-plan.ts';

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
  edits: PlannedEdit[];
  refunds: PlannedRefund[];
};

/**
 * Orders that a storefront sends together: `now`, one by one and answered when decided; `later`, one by one for the
 * queue; `together`, in one request for the queue.
 */
export type PlannedBatch = {
  lane: 'now' | 'later' | 'together';
  orders: PlannedOrder[];
  repeats: number;
  /** How many orders are sent at the same time. */
  atOnce: number;
};

/** A file of historical orders, dropped so many times more. */
export type PlannedImport = { name: string; rows: ImportRow[]; repeats: number };
type ImportRow = { externalOrderId: string; channel: Channel; sku: string; quantity: number; price: number };

const countries = ['GB', 'GB', 'GB', 'FR', 'DE', 'US'];
/** Of so many orders, the first are a rush: at the same moment they want one SKU of which there is not enough for all. */
export const ordersPerRush = 30;
const rushLength = 12;
const largeEvery = 60;
const expressMinor = 495;

/** Refunds and edits have dice of their own. */
export function plannedOrders(
  { orders: dice, refunds: refundDice, edits: editDice }: Record<'orders' | 'refunds' | 'edits', Dice>,
  assortment: Assortment,
  count: number,
): PlannedOrder[] {
  const { skus, rushes } = assortment;
  return Array.from({ length: count }, (_, index) => {
    const wanted = index % ordersPerRush < rushLength ? rushes[Math.floor(index / ordersPerRush)] : undefined;
    const isLarge = index % largeEvery === rushLength;
    const lines = isLarge ? largeLines(dice, assortment) : someLines(dice, wanted ? [wanted] : skus);
    const order = plannedOrder(dice, assortment, index, lines);
    const isPaid = order.life.payments.some(({ type, to }) => type === 'payment.captured' && to === 1000);
    const refunds = isPaid ? plannedRefunds(refundDice, order.content.externalOrderId) : [];
    const edits = plannedEdits(editDice, assortment, order.content.externalOrderId);
    return { ...(refunds.length > 0 ? refundable(order) : order), edits, refunds };
  });
}

/** Before anybody wants another order, or money back. */
type Ordered = Omit<PlannedOrder, 'edits' | 'refunds'>;

/** What is sent back has left the house, and shipping that is refunded was paid for. */
const refundable = (order: Ordered): Ordered => ({
  ...order,
  content: { ...order.content, shippingMethod: 'express' },
  guessedMinor: order.guessedMinor + expressMinor,
  life: {
    ...order.life,
    cancellations: order.life.cancellations.filter(({ what }) => what !== 'whole'),
    review: 'release',
    isAllocated: true,
    shipments: Math.max(1, order.life.shipments),
  },
});

const someLines = (dice: Dice, skus: readonly PlannedSku[]) =>
  Array.from({ length: skus.length === 1 ? 1 : dice.pick([1, 1, 2, 3]) }, () => ({
    sku: dice.pick(skus).sku,
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
  { skus, rushes, bulk }: Assortment,
  index: number,
  lines: OrderContent['lines'],
): Ordered {
  const time = `${String(dice.whole(0, 23)).padStart(2, '0')}:${String(dice.whole(0, 59)).padStart(2, '0')}`;
  const client = dice.pick(['storefront', 'marketplace'] as const);
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
  const prices = new Map([...skus, ...rushes, ...bulk].map(({ sku, priceMinor }) => [sku, priceMinor]));
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

/** The orders in the lanes in which they are sent; rushes, and some of the others, through the queue as well. */
export function plannedBatches(orders: readonly PlannedOrder[], dice: Dice): PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  const add = (lane: PlannedBatch['lane'], some: PlannedOrder[], atOnce: number) => {
    if (some.length > 0) batches.push({ lane, orders: some, repeats: dice.pick([0, 0, 1]), atOnce });
  };
  for (let first = 0; first < orders.length;) {
    const isRush = first % ordersPerRush === 0;
    const left = ordersPerRush - (first % ordersPerRush);
    const some = orders.slice(first, first + (isRush ? rushLength : Math.min(left, dice.whole(4, 18))));
    const lane = dice.pick(isRush ? rushLanes : lanes);
    const atOnce = isRush ? rushLength : 4;
    // A request for the queue is of one channel.
    const own = lane === 'together' ? some.filter(({ client }) => client === some[0]?.client) : some;
    add(lane, own, atOnce);
    add(
      'now',
      some.filter((order) => !own.includes(order)),
      atOnce,
    );
    first += some.length;
  }
  return batches;
}

const rushLanes: PlannedBatch['lane'][] = ['now', 'now', 'together'];
const lanes: PlannedBatch['lane'][] = ['now', 'now', 'now', 'later', 'together'];

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
