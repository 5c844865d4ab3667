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

const cancellations = 3;

/**
 * Posts so many orders of one SKU with the promotion's code, each twice, and cancels three earlier ones meanwhile. Returns
 * how many have the discount, and what is left: three at most, if the cancellations came last.
 */
export async function raceFor(office: BackOffice, promotion: CompiledPromotion, count: number): Promise<number> {
  const sku = await stockedSku(office, { units: count * 2 });
  const storefront = office.client('storefront');
  const post = (content: object) => retryUntilServed(() => storefront.post('/orders', content));
  const anOrder = () => orderOf(sku, { couponCodes: [promotion.codes?.[0]] });
  const earlier = await Promise.all(Array.from({ length: cancellations }, () => post(anOrder())));
  for (const { body } of earlier) expect(body.discountMinor).toBeGreaterThan(0);
  const contents = Array.from({ length: count }, anOrder);
  const cancel = ({ body: { orderId } }: ApiResponse) =>
    retryUntilServed(() =>
      office.client('admin').post(`/orders/${orderId}/cancellation`, { requestId: 'race', reason: 'other' }),
    );
  const cancelOneByOne = async () => {
    for (const each of earlier) expect((await cancel(each)).status).toBe(200);
  };
  const posts = contents.flatMap((content) => [content, content]);
  const [responses] = await Promise.all([inParallel(100, posts, post), cancelOneByOne()]);
  const discounts = new Map(
    responses.map(({ status, text, body }) => {
      expect([200, 201], text).toContain(status);
      return [body.orderId, body.discountMinor > 0];
    }),
  );
  expect(discounts.size).toBe(count);
  const discounted = [...discounts.values()].filter(Boolean).length;
  const { units, uses = units } = (await leftOf(office, promotion)) ?? {};
  expect(uses).toBeLessThanOrEqual(cancellations);
  return discounted + (uses ?? 0);
}

/** Repeats a request while the store is busy, or its function was killed. */
async function retryUntilServed(send: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (;;) {
    const response = await send();
    if (response.status < 500) return response;
  }
}
