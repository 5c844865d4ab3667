import { inParallel } from '../../shared/in-parallel.ts';
import { createDemoClient } from './demo-client.ts';
import { type Demo, extraOrders } from './orders.ts';
import { categories, categoryOf, dayOf, instantOf, isScarce, openingStock, reorderPoint } from './plan.ts';
import type { Progress } from './progress.ts';

/** Creates categories, products with prices and costs, their opening stock, and alert levels of the scarce ones. */
export async function addCatalogue({ store, month, lastDay, timeZone, signal }: Demo, progress: Progress) {
  const admin = createDemoClient(store, 'admin', signal);
  const warehouse = createDemoClient(store, 'warehouse', signal);
  for (const [id, name] of Object.entries(categories)) await admin.put(`/catalog/categories/${id}`, { name });
  let done = 0;
  await inParallel(12, month.products, async ({ sku, name, priceMinor }) => {
    const costMinor = Math.floor(priceMinor * 0.45);
    const content = { name, priceMinor, costMinor, currency: 'GBP', category: categoryOf(name) };
    await admin.put(`/catalog/skus/${encodeURIComponent(sku)}`, content);
    progress((done += 1), month.products.length);
  });
  const occurredAt = instantOf(lastDay, timeZone, 40, 480);
  const movements = openingStock(
    month,
    extraOrders.map(({ lines }) => lines),
  ).flatMap((quantity, product) => {
    const sku = month.products[product]?.sku ?? '';
    if (quantity === 0) return [];
    return [
      {
        movementId: `demo-opening-${sku}`,
        sku,
        warehouse: 'main',
        type: 'receipt',
        quantity,
        occurredAt,
        reason: 'opening stock',
      },
    ];
  });
  for (let from = 0; from < movements.length; from += 50) {
    await warehouse.post('/stock/movements', { movements: movements.slice(from, from + 50) });
  }
  for (const [product, { sku }] of month.products.entries()) {
    if (isScarce(product)) await warehouse.put(`/stock/${encodeURIComponent(sku)}/alert-levels`, { reorderPoint });
  }
}

/** Running promotions, which price the orders of the last day, and scheduled ones. */
export async function addPromotions({ store, lastDay, signal }: Demo): Promise<void> {
  const marketing = createDemoClient(store, 'marketing', signal);
  const percent = (basisPoints: number, level: 'line' | 'order' = 'line') => ({ kind: 'percent', level, basisPoints });
  const promotions = [
    {
      promotionId: 'demo-christmas',
      name: 'Christmas decorations',
      eligible: { categories: ['christmas'] },
      discount: percent(1000),
      schedule: { start: `${dayOf(lastDay, -3)}T09:00`, end: `${dayOf(lastDay, 18)}T23:59` },
    },
    {
      promotionId: 'demo-welcome',
      name: 'Welcome',
      codes: ['DEMOWELCOME'],
      discount: percent(500, 'order'),
      schedule: { end: `${dayOf(lastDay, 60)}T00:00` },
    },
    {
      promotionId: 'demo-warm-winter',
      name: 'Warm winter',
      eligible: { categories: ['warmth'] },
      discount: percent(1500),
      schedule: { start: `${dayOf(lastDay, 4)}T09:00`, end: `${dayOf(lastDay, 11)}T23:59` },
    },
    {
      promotionId: 'demo-winter-sale',
      name: 'Winter sale',
      eligible: { all: true },
      discount: percent(2000),
      schedule: { start: `${dayOf(lastDay, 26)}T00:00`, end: `${dayOf(lastDay, 40)}T00:00` },
    },
  ];
  for (const promotion of promotions) await marketing.post('/promotions', promotion);
}
