import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ApiResponse } from './api-client.ts';
import type { BackOffice } from './back-office.ts';

/** Creates a new SKU with a price and stock over HTTP, as an administrator does. Returns the SKU. */
export async function stockedSku(
  office: Pick<BackOffice, 'client'>,
  given: {
    units?: number;
    priceMinor?: number;
    costMinor?: number;
    warehouses?: Record<string, number>;
    category?: string;
  } = {},
): Promise<string> {
  const { units = 100, priceMinor = 250, warehouses = { main: units }, ...content } = given;
  const sku = `SKU-${randomUUID().slice(0, 8)}`;
  const admin = office.client('admin');
  const created = await admin.put(`/catalog/skus/${sku}`, {
    name: `Test ${sku}`,
    priceMinor,
    currency: 'GBP',
    ...content,
  });
  expect(created.status, created.text).toBe(201);
  const movements = Object.entries(warehouses)
    .filter(([, quantity]) => quantity > 0)
    .map(([warehouse, quantity]) => ({
      movementId: `${sku}-${warehouse}`,
      sku,
      warehouse,
      type: 'receipt',
      quantity,
    }));
  if (movements.length > 0) {
    const received = await admin.post('/stock/movements', { movements });
    expect(received.status, received.text).toBe(200);
    for (const result of received.body.results) expect(result, received.text).toMatchObject({ status: 'applied' });
  }
  return sku;
}

/** Returns the content of a valid order with one line. */
export const orderOf = (sku: string, given: Record<string, unknown> = {}) => ({
  externalOrderId: randomUUID(),
  currency: 'GBP',
  ...aBuyer(),
  lines: [{ sku, quantity: 1 }],
  ...given,
});

/** Returns a new customer with a new address. Many orders of one customer in an hour would be held for risk review. */
export function aBuyer() {
  const name = randomUUID().slice(0, 8);
  return {
    customer: { id: `customer-${name}`, email: `${name}@example.com`, name: 'Ada Lovelace' },
    shippingAddress: { country: 'GB', postalCode: 'N1 9GU', city: 'London', line1: `${name} Regent Street` },
  };
}

export function expectProblem(response: ApiResponse, status: number, type?: string): void {
  expect(response.status, response.text).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(response.body).toMatchObject({ status, title: expect.any(String), type: type ?? expect.any(String) });
}
