import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderIdOf } from '../../../../shared/ids.ts';
import { codeOf, flashPrice, leftOf, putInForce, raceFor } from '../../../support/orders/promotion-races.ts';
import { aPromotion } from '../../../support/promotions.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const post = (content: object, path = '/orders') => office.client('storefront').post(path, content);

test('12 units at the flash price, and a code with 4 uses, go to exactly as many of 30 orders', async () => {
  const [flash, code] = [flashPrice(12), codeOf(4)];
  await putInForce(office, flash, code);
  expect(await raceFor(office, flash, 30)).toBe(12);
  expect(await raceFor(office, code, 30)).toBe(4);
});

test('of five units three have the flash price; partial cancellations release those in excess (P40), staff see the claims', async () => {
  const flash = flashPrice(3);
  await putInForce(office, flash);
  const sku = await stockedSku(office);
  const placed = await post(orderOf(sku, { lines: [{ sku, quantity: 5 }], couponCodes: ['flash'] }));
  expect(placed.status, placed.text).toBe(201);
  expect(placed.body).toMatchObject({ totalMinor: 950, discountMinor: 300 });
  const path = `/orders/${placed.body.orderId}`;
  const claims = [{ promotionId: 'flash-3', units: 3 }];
  expect((await office.client('admin').get(path)).body).toMatchObject({ promotionClaims: claims });
  expect((await office.client('storefront').get(path)).body).not.toHaveProperty('promotionClaims');
  for (const [quantity, cancelledMinor, units] of [
    [1, 190, 0],
    [2, 570, 1],
    [2, 950, 3],
  ]) {
    const cancellation = { requestId: `r${units}`, reason: 'other', lines: [{ lineId: 'line-1', quantity }] };
    const cancelled = await office.client('admin').post(`${path}/cancellation`, cancellation);
    expect(cancelled.body, cancelled.text).toMatchObject({ cancelledMinor });
    expect(await leftOf(office, flash)).toMatchObject({ units });
  }
});

test('queued orders claim when they are decided, a gift reserves its stock, and a customer has one first order', async () => {
  const [sku, gift] = [await stockedSku(office), await stockedSku(office, { units: 1 })];
  const sale = aPromotion({ promotionId: 'sale-2', limits: { total: 2 } });
  await putInForce(
    office,
    sale,
    aPromotion({ promotionId: 'tea-gift', discount: { kind: 'gift', level: 'line', gifts: [gift] }, codes: ['TEA'] }),
    aPromotion({ promotionId: 'welcome', audience: { firstOrderOnly: true }, codes: ['HELLO'] }),
  );
  const contents = Array.from({ length: 4 }, () => orderOf(sku));
  const queued = await post({ orders: contents }, '/orders/batch');
  expect(queued.status, queued.text).toBe(202);
  const ids = contents.map(({ externalOrderId }) => orderIdOf('storefront', externalOrderId));
  const readAll = () => Promise.all(ids.map(async (id) => (await office.client('admin').get(`/orders/${id}`)).body));
  await expect.poll(async () => (await readAll()).map(({ status }) => status)).toEqual(ids.map(() => 'placed'));
  const discounts = (await readAll()).map(({ discountMinor }) => discountMinor);
  expect(discounts.toSorted((a, b) => a - b)).toEqual([0, 0, 25, 25]);
  expect(await leftOf(office, sale)).toMatchObject({ uses: 0 });

  const withGift = await post(orderOf(sku, { couponCodes: ['TEA'] }));
  expect(withGift.body).toMatchObject({ totalMinor: 250, lines: [{ sku }, { sku: gift, gift: 'tea-gift' }] });
  expect((await office.client('admin').get(`/stock/${gift}`)).body).toMatchObject({ reserved: 1 });
  const content = orderOf(sku, { couponCodes: ['HELLO'] });
  expect((await post(content)).body).toMatchObject({ discountMinor: 25 });
  const again = await post({ ...content, externalOrderId: `${content.externalOrderId}-2` });
  expect(again.body).toMatchObject({ discountMinor: 0, discounts: [{ code: 'HELLO', appliedMinor: 0 }] });
});
