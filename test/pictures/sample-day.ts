import { newEvent } from '../../shared/contracts/define-event.ts';
import { StockValued } from '../../shared/contracts/ledger/stock-value-events.ts';
import { VisitsCounted } from '../../shared/contracts/reports/visit-events.ts';
import { orderCancelled, orderPlaced } from '../nightly-metrics/reports/lake-files.ts';

export const sampleDate = '2026-11-27';
const channels = ['storefront', 'storefront', 'storefront', 'marketplace', 'telephone'];
const categories = ['Lights', 'Kitchen', 'Garden', 'Books', 'Toys'];

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const at = (hour: number, minute = 0) =>
  `${sampleDate}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00.000Z`;
const causeAt = (occurredAt: string) => ({
  actor: 'sample',
  correlationId: 'sample',
  causationId: 'sample',
  now: Date.parse(occurredAt),
});

/** Events of a day of a shop: orders with two peaks, cancellations, visits and stock. */
export function sampleEvents(): object[] {
  const random = randoms(16);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const hourOf = () =>
    Math.min(23, Math.floor(24 * (0.5 + 0.42 * Math.cos(Math.PI * random()) * (0.6 + 0.4 * random()))));
  const orders = Array.from({ length: 640 }, () => {
    const lines = Array.from({ length: 1 + Math.floor(3 * random()) }, (_, index) => {
      const number = Math.floor(36 * random() ** 1.6);
      const unitPriceMinor = 350 + 275 * ((number * 7) % 23);
      const quantity = 1 + Math.floor(4 * random() ** 2);
      const discountMinor = random() < 0.2 ? Math.round((quantity * unitPriceMinor) / 10) : 0;
      const taxMinor = Math.round((quantity * unitPriceMinor - discountMinor) / 6);
      const category = categories[number % categories.length] ?? '';
      return {
        lineId: `l${index}`,
        sku: `${category.toUpperCase()}-${100 + number}`,
        category,
        quantity,
        unitPriceMinor,
        discountMinor,
        taxMinor,
      };
    });
    const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, 0);
    const placedAt = at(hourOf(), Math.floor(60 * random()));
    const customer = { id: `c${Math.floor(500 * random())}` };
    return orderPlaced({ channel: pick(channels) ?? '', placedAt, customer, lines, taxMinor });
  });
  const cancelled = orders
    .filter((_, index) => index % 23 === 0)
    .map(({ detail }) => orderCancelled(detail.data))
    .filter(({ detail }) => detail.metadata.occurredAt.startsWith(sampleDate));
  const visits = Array.from({ length: 24 }, (_, hour) =>
    ['storefront', 'marketplace'].map((channel) => {
      const counted = Math.round((channel === 'storefront' ? 900 : 350) * (0.3 + Math.sin((Math.PI * hour) / 24)));
      const data = { batchId: `visits-${hour}`, channel, currency: 'GBP', visits: counted };
      return newEvent(VisitsCounted, data, causeAt(at(hour)), at(hour));
    }),
  ).flat();
  const stock = categories.map((category, index) => {
    const sku = `${category.toUpperCase()}-${100 + index}`;
    const change = (account: string, units: number) => ({
      sku,
      category,
      currency: 'GBP',
      account,
      units,
      valueMinor: 410 * units,
    });
    const changes = [
      change('liabilities:goods-received', 900 + 130 * index),
      change('expenses:cost-of-goods', -180 - 25 * index),
      change('expenses:write-offs', -3 - index),
      change('expenses:shrinkage', 1 - index),
    ];
    return newEvent(StockValued, { code: `stock-${index}`, date: sampleDate, changes }, causeAt(at(9)), at(9));
  });
  return [...orders, ...cancelled, ...visits, ...stock];
}
