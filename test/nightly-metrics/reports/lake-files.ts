import { gzipSync } from 'node:zlib';
import { type DataOf, type EventOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderCancelled } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';

type Order = DataOf<typeof OrderPlaced>;
type Line = Partial<Order['lines'][number]>;

let count = 0;

/** An order event whose amounts are computed from its lines. */
export function orderPlaced({ lines = [{}], ...order }: Partial<Omit<Order, 'lines'>> & { lines?: Line[] } = {}) {
  count += 1;
  const placedAt = order.placedAt ?? '2011-06-15T10:00:00.000Z';
  const completeLines = lines.map((line, index) => completeLine(line, index));
  const subtotalMinor = sum(completeLines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor));
  const discountMinor = sum(completeLines.map((line) => line.discountMinor));
  const shippingMinor = order.shippingMinor ?? 0;
  const data: Order = {
    orderId: `ord_${String(count).padStart(6, '0')}`,
    externalOrderId: `web-${count}`,
    channel: 'storefront',
    status: 'placed',
    currency: 'GBP',
    customer: { id: 'c1', name: 'A. Person', email: 'a@example.com' },
    shippingAddress: { country: 'GB' },
    shippingMethod: 'standard',
    couponCodes: [],
    discounts: [],
    reservedUntil: null,
    lines: completeLines,
    subtotalMinor,
    discountMinor,
    taxMinor: 0,
    taxIncluded: true,
    totalMinor: subtotalMinor - discountMinor + shippingMinor,
    ...order,
    shippingMinor,
    placedAt,
  };
  const cause = { actor: 'storefront', correlationId: 'c', causationId: 'c', now: Date.parse(placedAt) };
  return newEvent(OrderPlaced, data, cause, placedAt) as EventOf<typeof OrderPlaced>;
}

function completeLine(line: Line, index: number): Order['lines'][number] {
  const defaults = {
    lineId: `l${index}`,
    sku: 'MUG',
    quantity: 1,
    unitPriceMinor: 1000,
    discountMinor: 0,
    taxMinor: 0,
  };
  return { ...defaults, totalMinor: 0, warehouse: 'main', category: 'Kitchen', ...line };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** The cancellation of the whole order, an hour later. */
export function orderCancelled({ orderId, externalOrderId, channel, currency, totalMinor, placedAt }: Order) {
  const at = new Date(Date.parse(placedAt) + 3_600_000).toISOString();
  const order = { orderId, externalOrderId, channel, currency, status: 'cancelled' as const, version: 2 };
  const data = { ...order, requestId: 'r', reason: 'changed my mind', lines: [], cancelledMinor: totalMinor };
  const cause = { actor: 'storefront', correlationId: 'c', causationId: 'c', now: Date.parse(at) };
  return newEvent(OrderCancelled, data, cause, at);
}

/** A lake file of these events; a text is written as a line without change. */
export const lakeFile = (...lines: (object | string)[]): Buffer =>
  gzipSync(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
