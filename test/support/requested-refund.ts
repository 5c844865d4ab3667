import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { BackOffice } from './back-office.ts';
import { aPayment, placedOrder, postPayment } from './life.ts';

/** A placed order of one line, paid in full. */
export async function capturedOrder(office: BackOffice, given: Parameters<typeof placedOrder>[1] = {}) {
  const placed = await placedOrder(office, given);
  const amountMinor = Number(placed.order.totalMinor);
  const payment = aPayment(placed.orderId, { paymentId: `pay-${placed.orderId}`, amountMinor });
  const answer = await postPayment(office, payment);
  expect(answer.status, answer.text).toBeLessThan(300);
  return { ...placed, amountMinor };
}

/** A refund of a whole order that was paid, asked for by `by`. */
export async function requestedRefund(
  office: BackOffice,
  { by = 'service', priceMinor = 30_000, ...content }: { by?: string; priceMinor?: number; reason?: string } = {},
) {
  const { orderId } = await capturedOrder(office, { priceMinor });
  const answer = await office.client(by).post('/refunds', {
    requestId: randomUUID(),
    orderId,
    reason: 'changed-mind',
    lines: [{ lineId: 'line-1', quantity: 1 }],
    ...content,
  });
  expect(answer.status, answer.text).toBe(201);
  const refundId = String(answer.body.refundId);
  return { orderId, refundId, refund: answer.body, path: `/refunds/${refundId}` };
}

/** Types of the steps of a refund that its customer may read. */
export const stepsOf = async (office: BackOffice, path: string): Promise<string[]> =>
  (await office.client('admin').get(`${path}/timeline`)).body.events.map(({ type }: { type: string }) => type);
