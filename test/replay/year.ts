import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../infra/demo/progress.ts';
import { businessDays } from '../../shared/business-day.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { ApiClient } from '../support/system/api-client.ts';
import type { Invoice, Product } from './invoices.ts';
import type { PlacedOrder } from './refund-plan.ts';
import { expectStatus, sendWithRetries } from './send-with-retries.ts';
import { addInvoiceTaxes, addOrderTaxes, type TaxRows } from './tax/tax-by-country.ts';

export type Prepared = { created: number; unchanged: number; stocked: number; alreadyStocked: number };
export type Posted = {
  accepted: number;
  replayed: number;
  refused: Map<string, number>;
  /** Sum over accepted and replayed orders. */
  totalMinor: number;
  taxMinor: number;
  units: number;
  /** Orders whose taxes by rate add up. */
  taxed: number;
  /** By country and rate, of the orders and, separately, calculated from their invoices. */
  taxes: TaxRows;
  invoiceTaxes: TaxRows;
  days: Set<string>;
  /** Orders with a customer id, in the sequence of the invoices. */
  customerOrders: PlacedOrder[];
  seconds: number;
};
export type Reported = { days: number; changed: number; seconds: number };

export const businessDay = businessDays('Europe/London');

/** Creates each product with the units that the year sold as opening stock. Idempotent. */
export async function prepare(admin: ApiClient, products: Product[], progress: Progress): Promise<Prepared> {
  const result: Prepared = { created: 0, unchanged: 0, stocked: 0, alreadyStocked: 0 };
  let done = 0;
  await inParallel(16, products, async ({ sku, name, priceMinor }) => {
    const response = await sendWithRetries(() =>
      admin.put(`/catalog/skus/${encodeURIComponent(sku)}`, { name, priceMinor, currency: 'GBP' }),
    );
    expectStatus(response, 200, 201);
    result[response.status === 201 ? 'created' : 'unchanged'] += 1;
    progress((done += 1), products.length * 2);
  });
  await inParallel(4, chunks(products, 50), async (chunk) => {
    const movements = chunk.map(({ sku, unitsSold }) => ({
      movementId: `opening-${sku}`,
      sku,
      warehouse: 'main',
      type: 'receipt',
      quantity: unitsSold,
      reason: 'opening stock',
    }));
    const response = await sendWithRetries(() => admin.post('/stock/movements', { movements }));
    expectStatus(response, 200);
    for (const { status, reason, movementId } of response.body.results) {
      if (status === 'rejected') throw new Error(`Opening stock ${movementId} was rejected: ${reason}`);
      result[status === 'applied' ? 'stocked' : 'alreadyStocked'] += 1;
      progress((done += 1), products.length * 2);
    }
  });
  return result;
}

/** Posts every invoice as an order of the channel, in sequence, with `clients` requests in flight. */
export async function postOrders(
  channel: ApiClient,
  invoices: Invoice[],
  { clients, progress }: { clients: number; progress: Progress },
): Promise<Posted> {
  const started = performance.now();
  const posted: Posted = {
    accepted: 0,
    replayed: 0,
    refused: new Map(),
    totalMinor: 0,
    taxMinor: 0,
    units: 0,
    taxed: 0,
    taxes: new Map(),
    invoiceTaxes: new Map(),
    days: new Set(),
    customerOrders: [],
    seconds: 0,
  };
  let done = 0;
  const customerOrders = await inParallel(clients, invoices, async (invoice) => {
    const response = await sendWithRetries(() => channel.post('/orders', orderOf(invoice)));
    progress((done += 1), invoices.length);
    if (response.status !== 200 && response.status !== 201) {
      const reason = `${response.status} ${response.body.type ?? ''}`.trim();
      posted.refused.set(reason, (posted.refused.get(reason) ?? 0) + 1);
      return [];
    }
    posted[response.status === 201 ? 'accepted' : 'replayed'] += 1;
    posted.totalMinor += response.body.totalMinor;
    posted.taxMinor += response.body.taxMinor;
    posted.units += invoice.lines.reduce((sum, line) => sum + line.quantity, 0);
    const day = businessDay(Date.parse(invoice.placedAt));
    posted.days.add(day);
    if (addOrderTaxes(posted.taxes, invoice.country, response.body)) posted.taxed += 1;
    addInvoiceTaxes(posted.invoiceTaxes, invoice, day);
    const { orderId, placedAt, totalMinor, lines } = response.body;
    return invoice.customerId ? [{ orderId, customerId: invoice.customerId, placedAt, totalMinor, lines }] : [];
  });
  posted.customerOrders = customerOrders.flat();
  posted.seconds = (performance.now() - started) / 1000;
  return posted;
}

const orderOf = ({ externalOrderId, customerId, country, placedAt, lines }: Invoice) => ({
  externalOrderId,
  currency: 'GBP',
  customer: customerId ? { id: customerId } : {},
  shippingAddress: { country },
  lines,
  placedAt,
});

/** Runs the reports of the days, four at a time, and waits until each is completed. */
export async function runReports(finance: ApiClient, days: string[], progress: Progress): Promise<Reported> {
  const started = performance.now();
  let done = 0;
  let changed = 0;
  await inParallel(4, days, async (date) => {
    const requested = await sendWithRetries(() => finance.post('/reports/runs', { date }));
    expectStatus(requested, 202);
    const run = await completedRun(finance, requested.body.runId);
    changed += run.changed ? 1 : 0;
    progress((done += 1), days.length);
  });
  return { days: days.length, changed, seconds: (performance.now() - started) / 1000 };
}

async function completedRun(finance: ApiClient, runId: string): Promise<{ changed: boolean }> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    const { body: run } = await sendWithRetries(() => finance.get(`/reports/runs/${runId}`));
    if (run.status === 'completed') return run;
    if (run.status === 'failed') throw new Error(`Report run ${runId} failed: ${run.error}`);
    await sleep(50);
  }
  throw new Error(`Report run ${runId} did not complete in 5 minutes`);
}

/** Units of all products, from the stock API. */
export async function stockOf(reader: ApiClient, products: Product[]): Promise<{ onHand: number; reserved: number }> {
  const stock = { onHand: 0, reserved: 0 };
  await inParallel(16, products, async ({ sku }) => {
    const response = await sendWithRetries(() => reader.get(`/stock/${encodeURIComponent(sku)}`));
    expectStatus(response, 200);
    stock.onHand += response.body.onHand;
    stock.reserved += response.body.reserved;
  });
  return stock;
}

const chunks = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
