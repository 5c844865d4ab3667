import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { Assortment, PlannedSku } from './assortment.ts';
import { couponCodesOf } from './promotions.ts';
import type { Dice } from './random.ts';
import { plannedEdits, type PlannedEdit } from './edit-plan.ts';
import { type PlannedLifeCycle, plannedLifeCycle, payingChannel } from './life-cycle-plan.ts';
import { plannedRefunds, type PlannedRefund } from './refund-plan.ts';

/** Days of the orders: a Saturday, and in London a Sunday of 23 hours (daylight saving time starts). */
export const days = ['2025-03-29', '2025-03-30'] as const;

type Channel = 'storefront' | 'marketplace';

/** An order, how its storefront sends it, and what happens to it after placement. */
export type PlannedOrder = {
  client: Channel;
  content: OrderContent;
  /** Number of repeats, whatever the response. */
  repeats: number;
  /** Whether repeats are concurrent with the first request. */
  isConcurrent: boolean;
  /** Other content, sent last under the same external order id. */
  changedContent: OrderContent | undefined;
  /** Order total as the storefront estimates it. */
  estimatedMinor: number;
  lifeCycle: PlannedLifeCycle;
  edits: PlannedEdit[];
  refunds: PlannedRefund[];
};

/**
 * Orders that a storefront sends in one lane: `direct`, one request each with a synchronous response; `queued`, one
 * asynchronous request each; `batch`, one asynchronous request for all.
 */
export type PlannedBatch = {
  lane: 'direct' | 'queued' | 'batch';
  orders: PlannedOrder[];
  repeats: number;
  /** Number of orders in flight. */
  concurrency: number;
};

/** An import file of historical orders, uploaded again `repeats` times. */
export type PlannedImport = { name: string; rows: ImportRow[]; repeats: number };
type ImportRow = { externalOrderId: string; channel: Channel; sku: string; quantity: number; price: number };

const countries = ['GB', 'GB', 'GB', 'FR', 'DE', 'US'];
/** Of this many orders, the first `hotSkuOrders` concurrently order one SKU with too little stock for all. */
export const ordersPerHotSku = 30;
const hotSkuOrders = 12;
const largeEvery = 60;
const expressMinor = 495;

/** Plans the orders. Refunds and edits draw from their own dice. */
export function plannedOrders(
  { orders: dice, refunds: refundDice, edits: editDice }: Record<'orders' | 'refunds' | 'edits', Dice>,
  assortment: Assortment,
  count: number,
): PlannedOrder[] {
  const { skus, hotSkus } = assortment;
  const groupsWithUnpaid = new Set<number>();
  return Array.from({ length: count }, (_, index) => {
    const group = Math.floor(index / ordersPerHotSku);
    const hotSku = index % ordersPerHotSku < hotSkuOrders ? hotSkus[group] : undefined;
    const isLarge = index % largeEvery === hotSkuOrders;
    const lines = isLarge ? largeLines(dice, assortment) : someLines(dice, hotSku ? [hotSku] : skus);
    const planned = plannedOrder(dice, assortment, index, lines);
    // One of each group is left to expire, however the dice fall.
    const isUnpaid = !hotSku && !isLarge && planned.client === payingChannel && !groupsWithUnpaid.has(group);
    if (isUnpaid) groupsWithUnpaid.add(group);
    const order = isUnpaid ? unpaid(planned) : planned;
    const isPaid = order.lifeCycle.payments.some(({ type, to }) => type === 'payment.captured' && to === 1000);
    const refunds = isPaid ? plannedRefunds(refundDice, order.content.externalOrderId) : [];
    const edits = plannedEdits(editDice, assortment, order.content.externalOrderId);
    return { ...(refunds.length > 0 ? refundable(order) : order), edits, refunds };
  });
}

/** An order before its edits and refunds are planned. */
type PlainOrder = Omit<PlannedOrder, 'edits' | 'refunds'>;

/** The order as its payment deadline needs it. */
const unpaid = (order: PlainOrder): PlainOrder => ({
  ...order,
  lifeCycle: { ...order.lifeCycle, payments: [], cancellations: [], review: 'release' },
});

/** The order as a refund needs it: with paid shipping, not cancelled as a whole, and shipped. */
const refundable = (order: PlainOrder): PlainOrder => ({
  ...order,
  content: { ...order.content, shippingMethod: 'express' },
  estimatedMinor: order.estimatedMinor + expressMinor,
  lifeCycle: {
    ...order.lifeCycle,
    cancellations: order.lifeCycle.cancellations.filter(({ what }) => what !== 'whole'),
    review: 'release',
    isAllocated: true,
    shipments: Math.max(1, order.lifeCycle.shipments),
  },
});

const someLines = (dice: Dice, skus: readonly PlannedSku[]) =>
  Array.from({ length: skus.length === 1 ? 1 : dice.pick([1, 1, 2, 3]) }, () => ({
    sku: dice.pick(skus).sku,
    quantity: dice.pick([1, 1, 1, 2, 3]),
  }));

/** More SKUs than one transaction takes; every second large order contains the scarce one. */
function largeLines(dice: Dice, { bulk }: Assortment) {
  const count = dice.whole(100, Math.min(250, bulk.length));
  const first = dice.happens(0.5) ? 0 : bulk.length - count;
  return bulk.slice(first, first + count).map(({ sku }) => ({ sku, quantity: dice.whole(1, 3) }));
}

function plannedOrder(
  dice: Dice,
  { skus, hotSkus, bulk }: Assortment,
  index: number,
  lines: OrderContent['lines'],
): PlainOrder {
  const time = `${String(dice.whole(0, 23)).padStart(2, '0')}:${String(dice.whole(0, 59)).padStart(2, '0')}`;
  const client = dice.pick(['storefront', 'marketplace'] as const);
  const content: OrderContent = {
    externalOrderId: `order-${index}`,
    currency: 'GBP',
    customer: { id: `customer-${dice.whole(1, 20)}`, name: 'Zoë 😀' },
    shippingAddress: { country: dice.pick(countries), city: 'Łódź' },
    lines,
    ...(client === 'storefront' && couponCodesOf(index)),
    placedAt: `${dice.pick(days)}T${time}:00+00:00`,
  };
  const changedContent = dice.happens(0.1)
    ? { ...content, lines: [...lines, { sku: dice.pick(skus).sku, quantity: 5 }] }
    : undefined;
  const prices = new Map([...skus, ...hotSkus, ...bulk].map(({ sku, priceMinor }) => [sku, priceMinor]));
  return {
    client,
    content,
    repeats: dice.pick([0, 0, 1, 2]),
    isConcurrent: dice.happens(0.5),
    changedContent,
    estimatedMinor: lines.reduce((sum, { sku, quantity }) => sum + (prices.get(sku) ?? 0) * quantity, 0),
    lifeCycle: plannedLifeCycle(dice, client, content.externalOrderId),
  };
}

/** Distributes the orders over the lanes; orders of a hot SKU are direct or in a batch. */
export function plannedBatches(orders: readonly PlannedOrder[], dice: Dice): PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  const add = (lane: PlannedBatch['lane'], some: PlannedOrder[], concurrency: number) => {
    if (some.length > 0) batches.push({ lane, orders: some, repeats: dice.pick([0, 0, 1]), concurrency });
  };
  for (let first = 0; first < orders.length;) {
    const isHotSku = first % ordersPerHotSku === 0;
    const left = ordersPerHotSku - (first % ordersPerHotSku);
    const some = orders.slice(first, first + (isHotSku ? hotSkuOrders : Math.min(left, dice.whole(4, 18))));
    const lane = dice.pick(isHotSku ? hotSkuLanes : lanes);
    const concurrency = isHotSku ? hotSkuOrders : 4;
    // A batch request belongs to one channel.
    const own = lane === 'batch' ? some.filter(({ client }) => client === some[0]?.client) : some;
    add(lane, own, concurrency);
    add(
      'direct',
      some.filter((order) => !own.includes(order)),
      concurrency,
    );
    first += some.length;
  }
  return batches;
}

const hotSkuLanes: PlannedBatch['lane'][] = ['direct', 'direct', 'batch'];
const lanes: PlannedBatch['lane'][] = ['direct', 'direct', 'direct', 'queued', 'batch'];

/** Import files that overlap in some orders. */
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
