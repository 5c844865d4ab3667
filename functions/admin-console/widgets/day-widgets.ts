import * as z from 'zod';
import { findOrders } from '../../../shared/contracts/orders/routes.ts';
import { getReportRun } from '../../../shared/contracts/reports/routes.ts';
import type { OperationRequest } from '../../../shared/contracts/admin-console/operation.ts';
import { type Html, html } from '../../../shared/html.ts';
import { amount, type Page, shownTime, table } from './page.ts';

/** An order of today, as the widget counts it. */
const OrdersPage = z.object({
  orders: z.array(z.object({ status: z.string(), totalMinor: z.number(), currency: z.string() })),
  cursor: z.string().optional(),
});
export type OrdersPage = z.infer<typeof OrdersPage>;
export const ordersPageOf = (body: unknown): OrdersPage => OrdersPage.parse(body);

/** Five pages of 100 orders: the reports have the exact figures of a day. */
export const maxOrderPages = 5;

export const ordersRequest = (day: string, cursor: string | undefined): OperationRequest => ({
  route: findOrders,
  query: { day, limit: '100', ...(cursor !== undefined && { cursor }) },
});

/** Today's orders by status, and the sales by currency: the totals of orders that were not cancelled or expired. */
export function showOrders(day: string, pages: readonly OrdersPage[], page: Page): Html {
  const orders = pages.flatMap((each) => each.orders);
  const isCut = pages.at(-1)?.cursor !== undefined;
  const sold = orders.filter(({ status }) => status !== 'cancelled' && status !== 'expired');
  const sales = [...Map.groupBy(sold, ({ currency }) => currency)].map(([currency, each]) =>
    amount(
      page,
      each.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
      currency,
    ),
  );
  const byStatus = [...Map.groupBy(orders, ({ status }) => status)].map(([status, each]) => [status, each.length]);
  const atLeast = isCut ? '≥ ' : '';
  return html`<p>${page.text('day')}: <b>${day}</b></p>
    <p>${page.text('orders')}: <b>${atLeast}${orders.length}</b></p>
    <p>${page.text('sales')}: <b>${atLeast}${sales.join(' + ') || '0'}</b></p>
    ${table(page, ['status', 'orders'], byStatus)}`;
}

const Run = z.object({
  runId: z.string(),
  status: z.string(),
  version: z.number().optional(),
  completedAt: z.string().optional(),
  error: z.string().optional(),
});

export const nightlyRunRequest = (day: string): OperationRequest => ({
  route: getReportRun,
  params: { runId: `nightly-${day}` },
});

/** The last nightly run with a link to its reports; `body` is undefined if there is none. */
export function showNightlyRun(day: string, body: unknown, page: Page): Html {
  const again = page.buttons(day, [{ label: 'runAgain', press: { operation: 'run-reports', inputs: { Date: day } } }]);
  if (body === undefined)
    return html`<p>${day}: ${page.text('noRun')}</p>
      ${again}`;
  const { runId, status, version, completedAt, error } = Run.parse(body);
  const files = version === undefined ? undefined : page.objectsLink('report', `daily/dt=${day}/v=${version}/`);
  return html`${table(page, ['run', 'status', 'version', 'since'], [[runId, status, version, shownTime(completedAt)]])}
    ${error === undefined ? undefined : html`<p>${error}</p>`}
    <p>${files}</p>
    ${again}`;
}

/** Dead-letter queues that are not empty. */
export function showDeadLetters(queues: readonly { name: string; messages: number }[], page: Page): Html {
  const rows = queues.map(({ name, messages }) => [
    name,
    messages,
    page.buttons(name, [
      { label: 'redrive', press: { operation: 'redrive-dead-letters', inputs: { QueueName: name } } },
    ]),
  ]);
  return table(page, ['queue', 'count'], rows);
}
