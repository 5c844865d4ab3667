import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ApiClient, ApiResponse } from '../system/api-client.ts';
import type { BackOffice } from '../system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../system/test-data.ts';

/** The response to an order; for one that was accepted (202), the decision once it is known. */
export async function decisionOn(client: ApiClient, response: ApiResponse): Promise<{ status: number; body: unknown }> {
  if (response.status !== 202) return response;
  for (;;) {
    const { body } = await client.get(String(response.headers.location));
    if (body.status === 'refused') return { status: body.problem.status, body: body.problem };
    if (body.status !== 'accepted') return { status: 201, body };
    await sleep(100);
  }
}

/** Counts the responses by status. */
export const countByStatus = (responses: { status: number }[]) =>
  Object.fromEntries([...Map.groupBy(responses, ({ status }) => status)].map(([status, own]) => [status, own.length]));

/**
 * Posts each order three times concurrently; one post of every third order has different content. Expects one order
 * each, identical replays, and a conflict for the different content.
 */
export async function expectOneOrderPerThreePosts(office: BackOffice, count: number): Promise<void> {
  const sku = await stockedSku(office, { units: 5000 });
  const storefront = office.client('storefront');
  const orders = Array.from({ length: count }, (_, index) => {
    const content = orderOf(sku);
    return index % 3 === 0
      ? [content, content, { ...content, lines: [{ sku, quantity: 2 }] }]
      : [content, content, content];
  });
  const responses = await Promise.all(
    orders.map((contents) => Promise.all(contents.map((content) => storefront.post('/orders', content)))),
  );
  const units = new Map<string, number>();
  for (const [index, own] of responses.entries()) {
    const served = own.filter(({ status }) => status < 300);
    expect(countByStatus(own)[201], JSON.stringify(own.map((response) => response.text))).toBe(1);
    expect(new Set(served.map(({ text }) => text)).size).toBe(1);
    for (const replay of served.filter(({ status }) => status === 200)) {
      expect(replay.headers['idempotent-replayed']).toBe('true');
    }
    const refused = own.filter(({ status }) => status >= 300);
    expect(refused.length > 0, JSON.stringify(refused)).toBe(index % 3 === 0);
    for (const response of refused) expectProblem(response, 409, 'order-conflict');
    units.set(served[0]?.body.orderId, served[0]?.body.lines[0].quantity);
  }
  expect(units.size).toBe(count);
  const stock = await office.client('warehouse').get(`/stock/${sku}`);
  expect(stock.body.reserved).toBe([...units.values()].reduce((sum, quantity) => sum + quantity, 0));
}
