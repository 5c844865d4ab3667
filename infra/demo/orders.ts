import { inParallel } from '../../shared/in-parallel.ts';
import type { LocalStore } from '../local-store.ts';
import { createDemoClient, type DemoClient, notifyPayment } from './demo-client.ts';
import type { Month, MonthOrder } from './month.ts';
import { instantOf, type Stage, stageOf } from './plan.ts';
import type { Progress } from './progress.ts';

/** An order of the demo as it was placed. */
export type PlacedOrder = {
  orderId: string;
  placedAt: string;
  totalMinor: number;
  lines: { lineId: string; quantity: number; totalMinor: number }[];
  /** Id in the month. */
  id: string;
  daysAgo: number;
  stage: Stage;
};
export type Demo = {
  store: LocalStore;
  month: Month;
  /** The day of the first demo of this store: the last one of the month. */
  lastDay: string;
  timeZone: string;
  signal: AbortSignal;
};

const requestsAtOnce = 12;

/** Orders that the month of the data set does not have: of a shop, which is large, and of people who look like fraud. */
const largeOrders: readonly MonthOrder[] = [0, 1].map((each) => ({
  id: `large-${each}`,
  daysAgo: 9,
  minute: 600 + each,
  customerId: `shop-${each}`,
  country: 'GB',
  lines: [
    { product: 4 + each, quantity: 150 },
    { product: 7, quantity: 24 },
  ],
}));
const riskyOrders: readonly MonthOrder[] = [0, 1, 2].map((each) => ({
  id: `risky-${each}`,
  daysAgo: 0,
  minute: 0,
  country: 'GB',
  lines: [{ product: 5 + each, quantity: 6 + each }],
}));
export const extraOrders = [...largeOrders, ...riskyOrders];

export const isLarge = (id: string) => id.startsWith('large-');
const isRisky = (id: string) => id.startsWith('risky-');

/** Each order by the channel that it came from; a quarter are the marketplace's, which states its prices. */
function contentOf(order: MonthOrder, index: number, { month, lastDay, timeZone }: Demo) {
  const channel = index % 4 === 3 && !isRisky(order.id) ? 'marketplace' : 'storefront';
  const name = order.customerId ?? order.id;
  const address = { country: order.country, city: 'London', line1: `${name} High Street` };
  const content = {
    externalOrderId: `demo-${order.id}`,
    currency: 'GBP',
    customer: {
      ...(order.customerId !== undefined && { id: `demo-${order.customerId}` }),
      email: isRisky(order.id) ? `${order.id}@mailinator.com` : `customer-${name}@example.com`,
    },
    shippingAddress: order.country === 'GB' ? address : { country: order.country },
    ...(isRisky(order.id) && { billingAddress: { country: 'FR' } }),
    lines: order.lines.flatMap(({ product, quantity }) => {
      const found = month.products[product];
      const price = channel === 'marketplace' ? { unitPriceMinor: found?.priceMinor } : {};
      return found ? [{ sku: found.sku, quantity, ...price }] : [];
    }),
    // The orders of the last day are placed now.
    ...(order.daysAgo > 0 && { placedAt: instantOf(lastDay, timeZone, order.daysAgo, order.minute) }),
  };
  return { channel, content };
}

/** Places the orders of some days, and reports their payments. */
export async function placeOrders(
  demo: Demo,
  orders: readonly (readonly [MonthOrder, number])[],
  progress: Progress,
): Promise<PlacedOrder[]> {
  const { store, signal } = demo;
  const channels: Record<string, DemoClient> = {
    storefront: createDemoClient(store, 'storefront', signal),
    marketplace: createDemoClient(store, 'marketplace', signal),
  };
  let done = 0;
  const placed = await inParallel(requestsAtOnce, orders, async ([order, index]) => {
    const { channel, content } = contentOf(order, index, demo);
    const { status, body } = (await channels[channel]?.post('/orders', content)) ?? { status: 409, body: undefined };
    progress((done += 1), orders.length);
    if (status === 409) return [];
    const stage = isRisky(order.id) ? 'placed' : isLarge(order.id) ? 'delivered' : stageOf(order.daysAgo, index);
    const { orderId, placedAt, totalMinor, lines } = body;
    if (stage !== 'placed' && stage !== 'cancelled') {
      const occurredAt = new Date(Math.min(Date.parse(placedAt) + 120_000, Date.now())).toISOString();
      const payment = {
        type: 'payment.captured',
        orderId,
        amountMinor: totalMinor,
        occurredAt: order.daysAgo > 0 ? occurredAt : placedAt,
      };
      await notifyPayment(store, `demo-captured-${orderId}`, payment, signal);
    }
    return [{ orderId, placedAt, totalMinor, lines, id: order.id, daysAgo: order.daysAgo, stage }];
  });
  return placed.flat();
}

/** The warehouse and customer service bring each order to its stage. Their risk has to be assessed before. */
export async function handleOrders(
  { store, signal }: Demo,
  orders: readonly PlacedOrder[],
  progress: Progress,
): Promise<void> {
  const warehouse = createDemoClient(store, 'warehouse', signal);
  const lead = createDemoClient(store, 'service-lead', signal);
  let done = 0;
  await inParallel(requestsAtOnce, orders, async (order) => {
    await bringToStage(order, warehouse, lead);
    progress((done += 1), orders.length);
  });
}

async function bringToStage({ orderId, placedAt, lines, stage }: PlacedOrder, warehouse: DemoClient, lead: DemoClient) {
  const path = `/orders/${orderId}`;
  const after = (hours: number) => new Date(Date.parse(placedAt) + hours * 3_600_000).toISOString();
  switch (stage) {
    case 'placed':
    case 'paid':
      return;
    case 'cancelled':
      await lead.post(`${path}/cancellation`, { requestId: 'demo', reason: 'Ordered twice' });
      return;
    case 'allocated':
      await warehouse.post(`${path}/allocation`, {});
      return;
    case 'partly-shipped': {
      const [first, ...others] = lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
      if (!first) return;
      const quantity = others.length > 0 ? first.quantity : Math.max(1, first.quantity - 1);
      const parcel = {
        shipmentId: 'demo-1',
        lines: [{ ...first, quantity }],
        carrier: 'Royal Mail',
        shippedAt: after(20),
      };
      await warehouse.post(`${path}/shipments`, parcel);
      return;
    }
    case 'shipped':
    case 'delivered': {
      const all = lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
      const parcel = { shipmentId: 'demo-1', lines: all, carrier: 'Royal Mail', shippedAt: after(20) };
      await warehouse.post(`${path}/shipments`, parcel);
      if (stage === 'delivered') {
        await warehouse.post(`${path}/shipments/demo-1/delivery`, { deliveredAt: after(68) });
      }
    }
  }
}
