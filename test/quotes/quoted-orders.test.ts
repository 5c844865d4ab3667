import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createQuotes } from '../../functions/quotes/quote-api.ts';
import { createQuoteStore } from '../../functions/quotes/store.ts';
import { skuKey } from '../../shared/catalog/sku-item.ts';
import * as orderRoutes from '../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/quotes/routes.ts';
import { transact } from '../../shared/dynamodb/database.ts';
import { createPromotionSetStore } from '../../shared/promotions/promotion-set-store.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { channels } from '../support/environment.ts';
import { orderStores, placing, quoteKey } from '../support/orders/order-stores.ts';
import { aPromotion, putPromotions } from '../support/promotions.ts';
import { aRequest } from '../support/requests.ts';
import { stockedSku } from '../support/stock/stocked-skus.ts';

const database = databaseForEach();
const limited = aPromotion({ promotionId: 'once', limits: { total: 1 }, codes: ['ONCE'] });

let sku = '';
beforeEach(async () => {
  sku = await stockedSku(database.db, 1000);
});

const quoting = () =>
  createQuotes(createQuoteStore(database.db, tables), channels, aPolicy(), {
    key: async () => quoteKey,
    validMinutes: 15,
  });
const basket = (given: object = {}) => ({ currency: 'GBP' as const, lines: [{ sku, quantity: 1 }], ...given });

/** A signed quote: its text and its total. */
async function quoted(given: object = {}) {
  const request = { body: { ...basket(given), shippingAddress: anOrder().shippingAddress, signed: true } };
  const response = await quoting()(
    aRequest(routes.createQuote, { ...request, cause: aCause({ now: noon }) }, 'storefront'),
  );
  const { signedQuote, totalMinor, discountMinor } = routes.Quote.parse(JSON.parse(JSON.stringify(response.body)));
  return { quote: signedQuote?.quote ?? '', totalMinor, discountMinor };
}

let made = 0;
const ordered = (given: object, now = noon + 60_000): Promise<HttpResponse> => {
  const { customer: _none, ...content } = anOrder({ externalOrderId: `quoted-${(made += 1)}`, ...basket(), ...given });
  const body = orderRoutes.OrderContent.parse({ customer: {}, ...content, ...given });
  return placing(orderStores(database.db))(
    aRequest(orderRoutes.placeOrder, { body, cause: aCause({ now }) }, 'storefront'),
  );
};

describe('an order with a signed quote', () => {
  test('of a first order that another order was meanwhile has the current price or is refused, and is not retried', async () => {
    const welcome = aPromotion({ promotionId: 'welcome', audience: { firstOrderOnly: true } });
    await putPromotions(database.db, { promotions: [welcome] });
    const customer = { id: 'ada', email: 'ada@example.com' };
    const { quote } = await quoted({ customer });
    expect(await ordered({ quote, customer })).toMatchObject({ status: 201 });
    expect(await ordered({ quote, customer })).toMatchObject({ status: 422, body: { type: 'price-changed' } });
  });

  test('has the price of the quote after the price changed and the promotion ended', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const { quote, totalMinor, discountMinor } = await quoted();
    expect(discountMinor).toBeGreaterThan(0);
    await database.db.send(
      new UpdateCommand({
        TableName: tables.CATALOG_TABLE_NAME,
        Key: skuKey(sku),
        UpdateExpression: 'SET priceMinor = :p',
        ExpressionAttributeValues: { ':p': 99_999 },
      }),
    );
    await putPromotions(database.db, { promotions: [] });
    expect(await ordered({ quote })).toMatchObject({ status: 201, body: { totalMinor, discountMinor } });
    const withoutQuote = await ordered({});
    expect(withoutQuote).toMatchObject({ status: 201, body: { discountMinor: 0 } });
    expect((withoutQuote.body as { totalMinor: number }).totalMinor).not.toBe(totalMinor);
  });

  test('claims the limits of the quote, and has its price only while they are left', async () => {
    await putPromotions(database.db, { promotions: [limited] });
    const [first, second] = [await quoted({ couponCodes: ['once'] }), await quoted({ couponCodes: ['once'] })];
    expect(second.discountMinor).toBeGreaterThan(0);
    const { discountMinor, totalMinor } = first;
    expect(await ordered({ couponCodes: ['once'], quote: first.quote })).toMatchObject({
      status: 201,
      body: { discountMinor },
    });
    expect(await ordered({ couponCodes: ['once'], quote: second.quote })).toMatchObject({
      status: 422,
      body: {
        type: 'price-changed',
        errors: [{ pointer: '/quote' }],
        amounts: { quotedTotalMinor: totalMinor, totalMinor: totalMinor + discountMinor },
      },
    });
    expect((await quoted({ couponCodes: ['once'] })).discountMinor).toBe(0);
  });

  test('gets the last use of a promotion once when several are placed at the same time', async () => {
    await putPromotions(database.db, { promotions: [limited] });
    const { quote } = await quoted({ couponCodes: ['once'] });
    const responses = await Promise.all(Array.from({ length: 6 }, () => ordered({ couponCodes: ['once'], quote })));
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422, 422, 422, 422, 422]);
  });

  test('is refused when promotions are switched off', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const { quote } = await quoted();
    const store = createPromotionSetStore(database.db, tables);
    const { head } = await store.current();
    expect(await transact(database.db, store.switchActions(head, true))).toBe('done');
    expect(await ordered({ quote })).toMatchObject({ status: 422, body: { type: 'price-changed' } });
  });

  test('is placed at the same total when the promotions of the quote do not matter', async () => {
    const { quote, totalMinor } = await quoted();
    expect(await ordered({ quote })).toMatchObject({ status: 201, body: { totalMinor } });
  });

  test.each<[string, object, number, string]>([
    ['later than 15 minutes', {}, noon + 900_000, 'quote-expired'],
    ['with other lines', { lines: [{ sku: 'OTHER', quantity: 2 }] }, noon, 'quote-differs'],
    ['with a code more', { couponCodes: ['SAVE10'] }, noon, 'quote-differs'],
    ['with amounts', { totalMinor: 1 }, noon, 'amounts-with-quote'],
    ['that another key signed', { quote: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA' }, noon, 'invalid-quote'],
  ])('is refused %s', async (_, given, now, type) => {
    const { quote } = await quoted();
    expect(await ordered({ quote, ...given }, now)).toMatchObject({ status: 422, body: { type } });
  });
});
