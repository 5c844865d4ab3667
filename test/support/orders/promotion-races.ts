import { expect } from 'vitest';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { createClaimsStore } from '../../../shared/promotions/claims-store.ts';
import { aPromotion, putPromotions } from '../promotions.ts';
import type { ApiResponse } from '../system/api-client.ts';
import type { BackOffice } from '../system/back-office.ts';
import { orderOf, stockedSku } from '../system/test-data.ts';
import { tablesOf } from './large-orders.ts';

/** A flash price of 1.50 for so many units of goods at 2.50. */
export const flashPrice = (units: number): CompiledPromotion =>
  aPromotion({
    promotionId: `flash-${units}`,
    discount: { kind: 'fixed-price', level: 'line', priceMinor: { GBP: 150 } },
    codes: ['FLASH'],
    limits: { units },
  });
export const codeOf = (total: number): CompiledPromotion =>
  aPromotion({ promotionId: `code-${total}`, codes: ['ONCE'], limits: { total } });

/** Puts the promotions in force in the running system. */
export async function putInForce(office: BackOffice, ...promotions: CompiledPromotion[]): Promise<void> {
  const { db, tables } = await tablesOf(office);
  await putPromotions(db, { promotions }, tables);
}

/** What is left of a promotion in the running system. */
export async function leftOf(office: BackOffice, promotion: CompiledPromotion) {
  const { db, tables } = await tablesOf(office);
  const store = createClaimsStore(db, tables.PROMOTION_TABLE_NAME);
  const buyer = { currency: 'GBP', at: Date.now(), codes: promotion.codes ?? [] };
  const policy = { foldsEmailTags: false, timeZone: 'Europe/London' };
  return (await store.remaining([promotion], buyer, policy)).get(promotion.promotionId);
}

/** Orders that are cancelled before and during a race. */
const cancelledBefore = 3;

/**
 * Posts so many orders of one SKU with the promotion's code, each twice. Meanwhile it cancels three earlier orders, and a
 * quarter of those that get the promotion as soon as they have it, so that other orders get what they release. Returns what
 * is held at the end and left: the limit, if nothing was lost or given twice.
 */
export async function raceFor(office: BackOffice, promotion: CompiledPromotion, count: number): Promise<number> {
  const { units: unitLimit = 0, total = unitLimit } = promotion.limits ?? {};
  const cancelledDuring = Math.ceil(total / 4);
  const sku = await stockedSku(office, { units: count * 2 });
  const storefront = office.client('storefront');
  const post = (content: object) => retryUntilServed(() => storefront.post('/orders', content));
  const anOrder = () => orderOf(sku, { couponCodes: [promotion.codes?.[0]] });
  const earlier = await Promise.all(Array.from({ length: cancelledBefore }, () => post(anOrder())));
  for (const { body } of earlier) expect(body.discountMinor).toBeGreaterThan(0);
  const cancel = async (orderId: string) => {
    const cancellation = { requestId: 'race', reason: 'other' };
    const { status, text } = await retryUntilServed(() =>
      office.client('admin').post(`/orders/${orderId}/cancellation`, cancellation),
    );
    expect(status, text).toBe(200);
  };
  const cancelled = new Set<string>();
  const discounts = new Map<string, boolean>();
  const race = async (content: object) => {
    const { status, text, body } = await post(content);
    expect([200, 201], text).toContain(status);
    const { orderId, discountMinor } = body;
    discounts.set(orderId, discountMinor > 0);
    if (discountMinor === 0 || cancelled.size >= cancelledDuring || cancelled.has(orderId)) return;
    cancelled.add(orderId);
    await cancel(orderId);
  };
  const cancelEarlier = async () => {
    for (const { body } of earlier) await cancel(body.orderId);
  };
  const contents = Array.from({ length: count }, anOrder);
  await Promise.all([
    inParallel(
      100,
      contents.flatMap((content) => [content, content]),
      race,
    ),
    cancelEarlier(),
  ]);
  expect([discounts.size, cancelled.size]).toEqual([count, cancelledDuring]);
  const { units, uses = units } = (await leftOf(office, promotion)) ?? {};
  expect(uses).toBeLessThanOrEqual(cancelledBefore + cancelledDuring);
  const discounted = [...discounts.values()].filter(Boolean).length;
  return discounted - cancelled.size + (uses ?? 0);
}

/** Repeats a request while the store is busy, or its function was killed. */
async function retryUntilServed(send: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (;;) {
    const response = await send();
    if (response.status < 500) return response;
  }
}
