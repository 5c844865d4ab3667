import { beforeAll, describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { editing } from '../../functions/order-intake/editing/edit-api.ts';
import { priceExplanation } from '../../functions/quotes/explanation-api.ts';
import { createQuotes } from '../../functions/quotes/quote-api.ts';
import { createQuoteStore } from '../../functions/quotes/store.ts';
import { readPricedOffer } from '../../shared/catalog/offer-store.ts';
import { editOrder } from '../../shared/contracts/orders/edit-routes.ts';
import type { OrderEdit } from '../../shared/contracts/orders/edit-routes.ts';
import * as orderRoutes from '../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import * as routes from '../../shared/contracts/quotes/routes.ts';
import { readQuote } from '../../shared/quotes/signed-quote.ts';
import { readTaxZones } from '../../shared/settings/priced-settings-store.ts';
import { seedTaxZones } from '../../shared/tax/seed/tax-zones.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { orderStores, placing, quoteKey, skipExpiry } from '../support/orders/order-stores.ts';
import { aRequest } from '../support/requests.ts';
import { putPricing } from '../support/settings.ts';
import { stockedSku } from '../support/stock/stocked-skus.ts';

const database = databaseForAll();
const { db } = database;
const store = createQuoteStore(db, tables);
const stores = orderStores(db);
const seed = seedTaxZones().zones;
const methods = [
  { method: 'standard', name: 'Standard', prices: { GBP: 0, EUR: 0, USD: 0, JPY: 0 } },
  { method: 'express', name: 'Express', prices: { GBP: 495, EUR: 595 } },
];
const lists = [
  { listId: 'eur', name: 'Euros', currency: 'EUR', priority: 1, version: 7 },
  { listId: 'jpy', name: 'Yen', currency: 'JPY', priority: 1, version: 2 },
  { listId: 'trade', name: 'Trade', currency: 'GBP', priority: 1, version: 1, channels: ['admin'] },
];
const settings = (version: number, zones = seed) => ({
  taxZones: { version, zones },
  shippingMethods: { version: 2, methods },
});

let sku = '';
beforeAll(async () => {
  const from = '2026-01-01T00:00:00Z';
  const entry = (listId: string, ...breaks: [number, number][]) => ({
    listId,
    from,
    breaks: breaks.map(([minQuantity, unitPriceMinor]) => ({ minQuantity, unitPriceMinor })),
  });
  const prices = [entry('eur', [1, 1499], [10, 1299]), entry('jpy', [1, 2000]), entry('trade', [1, 900])];
  sku = await stockedSku(db, 1000, { prices });
  await putPricing(db, settings(4), lists);
});

const berlin = { country: 'DE', city: 'Berlin' };
const quoting = createQuotes(store, channels, aPolicy(), {
  key: async () => quoteKey,
  validMinutes: 15,
});
const quoted = (body: Partial<routes.QuoteContent>, clientId = 'storefront') =>
  quoting(
    aRequest(
      routes.createQuote,
      { body: { currency: 'GBP', lines: [{ sku, quantity: 1 }], shippingAddress: { country: 'GB' }, ...body } },
      clientId,
    ),
  );
let made = 0;
const placed = async (given: Partial<orderRoutes.OrderContent>, clientId = 'storefront') => {
  const content = anOrder({ externalOrderId: `quoted-${(made += 1)}`, lines: [{ sku, quantity: 1 }], ...given });
  return placing(stores)(aRequest(orderRoutes.placeOrder, { body: content, cause: aCause({ now: noon }) }, clientId));
};
const bodyOf = (response: HttpResponse) => orderRoutes.OrderResponse.parse(response.body);
const explained = async (orderId: string, clientId = 'storefront') =>
  priceExplanation(store, channels, aPolicy())(aRequest(routes.explainPrice, { params: { orderId } }, clientId));

describe('a quote', () => {
  test('has the amounts of the order, the tax by rate, and where each amount is from', async () => {
    const content = {
      currency: 'EUR' as const,
      shippingAddress: berlin,
      lines: [{ sku, quantity: 12 }],
      shippingMethod: 'express',
    };
    const { status, body } = await quoted(content);
    expect(status).toBe(200);
    const quote = routes.Quote.parse(JSON.parse(JSON.stringify(body)));
    const order = bodyOf(await placed(content));
    const { lines, subtotalMinor, shippingMinor, taxMinor, totalMinor, taxes, taxZone, pricing } = JSON.parse(
      JSON.stringify(order),
    );
    expect(quote).toMatchObject({ subtotalMinor, shippingMinor, taxMinor, totalMinor, taxes, taxZone, pricing });
    expect(quote.lines[0]?.unitPriceMinor).toBe(lines[0]?.unitPriceMinor);
    expect(quote.lines[0]?.priceList).toEqual({ listId: 'eur', version: 7 });
    expect(quote.lines[0]?.explanation).toEqual({
      price: 'List eur, version 7, from 10 units',
      tax: 'standard: 19 % VAT (DE)',
    });
    expect(quote.explanation).toEqual({
      taxZone: 'de (Germany): union',
      rounding: 'line',
      shipping: 'express: taxed as shipping',
    });
    expect(pricing?.settingsVersions).toEqual({ taxZones: 4, shippingMethods: 2 });
  });

  test.each([
    ['before its launch', { status: 'published', publishedFrom: new Date(noon + 3_600_000).toISOString() }],
    ['that is a draft', { status: 'draft' }],
  ] as const)('of a later time shows a channel no product %s, and staff its price', async (_case, publication) => {
    const planned = await stockedSku(db, 1, { product: { productId: 'planned', ...publication } });
    const content = { lines: [{ sku: planned, quantity: 1 }], at: new Date(noon + 7_200_000).toISOString() };
    expect(await quoted(content)).toMatchObject({
      status: 422,
      body: { type: expect.stringContaining('unknown-sku') },
    });
    const status = publication.status === 'published' ? 200 : 422;
    const forStaff = await quoted(content, 'admin');
    expect(forStaff.status).toBe(status);
    expect(JSON.stringify(forStaff.body)).not.toContain('unknown-sku');
  });

  test('lists its codes as unknown', async () => {
    const { body } = await quoted({ couponCodes: ['SPRING10'] });
    expect(body).toMatchObject({ discounts: [{ code: 'SPRING10', appliedMinor: 0, reason: 'unknown-code' }] });
  });

  test.each<[string, Partial<routes.QuoteContent>, string, number, string | undefined]>([
    ['a channel has its own prices', {}, 'storefront', 1200, undefined],
    ['staff have the prices of their channel', {}, 'admin', 900, 'trade'],
    ['staff may name another channel', { channel: 'storefront' }, 'admin', 1200, undefined],
    ['a client that is no channel has the prices without a channel', {}, 'marketing', 1200, undefined],
    ['a client that is no channel may name one', { channel: 'admin' }, 'marketing', 900, 'trade'],
  ])('%s', async (_what, content, clientId, unitPriceMinor, listId) => {
    const { body } = await quoted(content, clientId);
    const [line] = routes.Quote.parse(body).lines;
    expect(line).toMatchObject({ unitPriceMinor });
    expect(line?.priceList?.listId).toBe(listId);
  });

  test.each<[string, Partial<routes.QuoteContent>, number, string]>([
    ['of another channel', { channel: 'admin' }, 403, 'other-channel'],
    ['of a channel that does not exist', { channel: 'nowhere' }, 403, 'other-channel'],
    ['in a currency without a price', { currency: 'USD' }, 422, 'wrong-currency'],
    [
      'with a method without a price in its currency',
      { currency: 'JPY', shippingMethod: 'express' },
      422,
      'shipping-price-missing',
    ],
    ['of an unknown SKU', { lines: [{ sku: 'NONE', quantity: 1 }] }, 422, 'unknown-sku'],
    ['at a price of before', { lines: [{ sku, quantity: 1, unitPriceMinor: 1 }] }, 422, 'price-changed'],
  ])('%s is refused', async (_what, content, status, type) => {
    expect(
      await quoted({
        ...content,
        lines: content.lines?.map((line) => ({ ...line, sku: line.sku || sku })) ?? [{ sku, quantity: 1 }],
      }),
    ).toMatchObject({ status, body: { type } });
  });
});

describe('an order', () => {
  test('in yen does not pay pounds for its shipping', async () => {
    const yen = { currency: 'JPY' as const, shippingAddress: { country: 'JP' } };
    expect(await placed({ ...yen, shippingMethod: 'express' })).toMatchObject({
      status: 422,
      body: { type: 'shipping-price-missing', errors: [{ pointer: '/shippingMethod' }] },
    });
    expect(bodyOf(await placed(yen))).toMatchObject({ shippingMinor: 0, totalMinor: 2000 });
  });

  test('whose price changed after its quote is refused with both prices', async () => {
    const lines = [{ sku, quantity: 1, unitPriceMinor: 1399 }];
    expect(await placed({ currency: 'EUR', shippingAddress: berlin, lines })).toMatchObject({
      status: 422,
      body: {
        type: 'price-changed',
        lines: [{ sku, unitPriceMinor: 1499, currency: 'EUR', sentUnitPriceMinor: 1399, priceList: 'eur' }],
      },
    });
  });

  test('that is edited after a change of the rates keeps its own rates, and its taxes sum to its tax', async () => {
    // A VAT number of the store's own country was no reason for a reverse charge, and is none for added units.
    const customer = { vatNumber: 'GB999999973' };
    const order = bodyOf(await placed({ currency: 'EUR', shippingAddress: berlin, customer }));
    const raised = seed.map((zone) =>
      Object.assign({}, zone, { rates: zone.rates.map((rate) => Object.assign({}, rate, { percentage: '50' })) }),
    );
    await putPricing(db, settings(5, raised), lists);
    try {
      const edits = editing(
        stores.orders,
        { offerOf: readPricedOffer(db, tables), zonesOf: readTaxZones(db, tables) },
        channels,
        aPolicy(),
        skipExpiry,
      );
      const edit = (content: Partial<OrderEdit>, editId: string) =>
        edits(
          aRequest(editOrder, {
            params: { orderId: order.orderId },
            body: { editId, reason: 'asked for', ...content },
          }),
        );
      const { taxes, taxMinor } = bodyOf(await edit({ addLines: [{ sku, quantity: 2 }] }, 'more'));
      expect(taxMinor).toBe(239 + 479);
      expect(taxes).toMatchObject([{ percentage: '19', taxMinor: 718, taxableMinor: 3 * 1499 - 718 }]);
      const elsewhere = await edit({ shippingAddress: { country: 'FR' } }, 'elsewhere');
      expect(elsewhere).toMatchObject({ status: 422, body: { type: 'tax-zone-change' } });
      expect((await edit({ shippingAddress: { country: 'DE', city: 'Bonn' } }, 'near')).status).toBe(200);
      const explanation = routes.PriceExplanation.parse((await explained(order.orderId)).body);
      expect(explanation.recomputed).toEqual({ taxMinor: 239, totalMinor: 1499, isEqual: true });
    } finally {
      await putPricing(db, settings(4), lists);
    }
  });
});

describe('the explanation of an order', () => {
  test('names list, rate and rule with their versions, and calculates the same amounts', async () => {
    const order = bodyOf(
      await placed({
        currency: 'EUR',
        shippingAddress: berlin,
        lines: [{ sku, quantity: 10 }],
        shippingMethod: 'express',
      }),
    );
    const { status, body } = await explained(order.orderId);
    expect(status).toBe(200);
    expect(routes.PriceExplanation.parse(body)).toMatchObject({
      pricedBy: 'store',
      engine: 1,
      settingsVersions: { taxZones: 4, shippingMethods: 2 },
      taxZone: 'de (Germany): union',
      rounding: 'line',
      shipping: 'express: 595 EUR',
      lines: [
        {
          priceList: { listId: 'eur', version: 7 },
          explanation: { price: 'List eur, version 7', tax: 'standard: 19 % VAT (DE)' },
          rates: [{ rateId: 'standard-2021-01-01', percentage: '19', validFrom: '2020-12-31T23:00:00.000Z' }],
        },
      ],
      recomputed: { taxMinor: order.taxMinor, totalMinor: order.totalMinor, isEqual: true },
    });
  });

  test.each<[string, Partial<orderRoutes.OrderContent>, string]>([
    [
      'with a reverse charge',
      { currency: 'EUR', shippingAddress: berlin, customer: { vatNumber: 'FR12123456789' } },
      'de (Germany): Reverse charge',
    ],
    ...['GB999999973', 'CHE123456789'].map((vatNumber): [string, Partial<orderRoutes.OrderContent>, string] => [
      `with the VAT number ${vatNumber}, which is no reason for a reverse charge,`,
      { currency: 'EUR', shippingAddress: berlin, customer: { vatNumber } },
      'de (Germany): union',
    ]),
    [
      'of an exempt customer',
      { customer: { taxExemption: { reason: 'Diplomat' } } },
      'gb (United Kingdom): Tax exemption',
    ],
    [
      'to a state',
      { shippingAddress: { country: 'US', state: 'NY', postalCode: '10001' } },
      'us-ny-new-york-city (New York): domestic',
    ],
    [
      'to the rest of the world',
      { shippingAddress: { country: 'AU' } },
      'rest-of-the-world (Rest of the world): Zero-rated export',
    ],
    ['in the past', { placedAt: '2010-06-01T12:00:00Z' }, 'gb (United Kingdom): domestic'],
  ])('%s calculates the same amounts', async (_what, content, taxZone) => {
    const order = bodyOf(await placed(content));
    const explanation = routes.PriceExplanation.parse((await explained(order.orderId)).body);
    expect(explanation).toMatchObject({ taxZone, recomputed: { isEqual: true, taxMinor: order.taxMinor } });
  });

  test('is not found for another channel, or without an order', async () => {
    const order = bodyOf(await placed({}, 'admin'));
    expect((await explained(order.orderId)).status).toBe(404);
    expect((await explained(order.orderId, 'finance')).status).toBe(200);
    expect((await explained('ord_00000000000000000000000000')).status).toBe(404);
  });

  test('of a channel that sets prices and tax says so', async () => {
    const order = bodyOf(await placed({ taxMinor: 100 }, 'marketplace'));
    const { body } = await explained(order.orderId, 'finance');
    expect(routes.PriceExplanation.parse(body)).toMatchObject({ pricedBy: 'channel', lines: [{ rates: [] }] });
    expect(body).not.toHaveProperty('recomputed.isEqual');
  });

  test('of a channel that sets only prices names the rate, and calculates the same tax', async () => {
    const lines = [{ sku, quantity: 3, unitPriceMinor: 1250 }];
    const order = bodyOf(await placed({ lines, shippingAddress: berlin }, 'marketplace'));
    expect(order).toMatchObject({ taxMinor: 599, taxes: [{ percentage: '19', taxableMinor: 3151, taxMinor: 599 }] });
    const { body } = await explained(order.orderId, 'finance');
    expect(routes.PriceExplanation.parse(body)).toMatchObject({
      pricedBy: 'channel',
      settingsVersions: { taxZones: 4, shippingMethods: 2 },
      lines: [
        { explanation: { price: expect.stringMatching(/^The channel/), tax: 'standard: 19 % VAT (DE)' }, rates: [{}] },
      ],
      recomputed: { taxMinor: 599, totalMinor: 3750, isEqual: true },
    });
  });
});

describe('a signed quote', () => {
  const signed = async () => {
    const basket = {
      currency: 'GBP' as const,
      lines: [{ sku, quantity: 2 }],
      shippingAddress: { country: 'GB' as const },
    };
    const { status, body } = await quoted({ ...basket, signed: true });
    expect(status).toBe(200);
    return { basket, quote: routes.Quote.parse(JSON.parse(JSON.stringify(body))) };
  };

  test('has the price of the quote for 15 minutes', async () => {
    const { basket, quote } = await signed();
    const { quote: jws = '', expiresAt = '' } = quote.signedQuote ?? {};
    const at = Date.parse(expiresAt);
    const read = (now: number) => readQuote(jws, basket, { channel: 'storefront', now }, quoteKey);
    expect(at - Date.parse(quote.at)).toBe(15 * 60_000);
    expect(read(at - 1)).toMatchObject({ quote: { totals: { totalMinor: quote.totalMinor }, lines: [{ sku }] } });
    expect(read(at)).toMatchObject({ refusal: { type: 'quote-expired' } });
  });

  test('is made on request only', async () => {
    expect((await quoted({})).body).not.toHaveProperty('signedQuote');
  });

  test('is of the time of the request', () => {
    const result = routes.QuoteContent.safeParse({
      currency: 'GBP',
      lines: [{ sku: 'TEA', quantity: 1 }],
      signed: true,
      at: '2026-12-24T00:00:00Z',
    });
    expect(result.error?.issues).toMatchObject([{ path: ['at'] }]);
  });
});
