import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { withEnvironment } from '../../support/system/edited-template.ts';
import { aBuyer, expectProblem, stockedSku } from '../../support/system/test-data.ts';

const rate = (rateId: string, percentage: string, more: object = {}) => ({
  rateId,
  name: rateId,
  jurisdiction: rateId,
  taxCategory: 'standard',
  percentage,
  validFrom: '1970-01-01T00:00:00Z',
  ...more,
});
/** Zones that the seed lacks: a tax on another tax, yen rounded per order, and dinar, which have three decimals. */
const moreZones = [
  {
    zoneId: 'ca-qc',
    name: 'Quebec',
    country: 'CA',
    region: 'QC',
    taxIncluded: false,
    rounding: 'order',
    rates: [rate('gst', '5'), rate('qst', '9.5', { compound: true })],
  },
  {
    zoneId: 'jp',
    name: 'Japan',
    country: 'JP',
    taxIncluded: true,
    rounding: 'order',
    rates: [rate('full', '10'), rate('food', '8', { taxCategory: 'reduced', jurisdiction: 'full' })],
  },
  { zoneId: 'bh', name: 'Bahrain', country: 'BH', taxIncluded: false, rates: [rate('vat', '10')] },
];
const methods = [
  { method: 'standard', name: 'Standard', prices: { GBP: 300, EUR: 350, JPY: 500, BHD: 1250 } },
  { method: 'parcel', name: 'Parcel', prices: { GBP: 301, EUR: 355, JPY: 501, BHD: 1333 }, taxed: 'proportional' },
];
/** The price of a unit by list. Those in dinar are without tax. */
const lists = {
  eur: { currency: 'EUR', priority: 10, breaks: [{ unitPriceMinor: 1499 }] },
  trade: {
    currency: 'EUR',
    priority: 20,
    customerGroups: ['trade'],
    breaks: [{ minQuantity: 5, unitPriceMinor: 1000 }],
  },
  jpy: { currency: 'JPY', priority: 10, breaks: [{ unitPriceMinor: 1001 }] },
  bhd: { currency: 'BHD', priority: 10, taxIncluded: false, breaks: [{ unitPriceMinor: 12_345 }] },
};

let office: BackOffice;
let [goods, food] = ['', ''];
const refunds = refundDriver(() => office);
beforeAll(async () => {
  office = await startBackOffice({
    cdkOut: withEnvironment('PRICE_GUARD', (text) => text.replace('"refuse"', '"approve"')),
  });
  const admin = office.client('admin');
  const put = async (path: string, content: object) => {
    const { status, text } = await admin.put(path, content);
    expect(status, text).toBeLessThan(300);
  };
  await put('/settings/tax-zones', { zones: [...seedTaxZones().zones, ...moreZones] });
  await put('/settings/shipping-methods', { methods });
  goods = await stockedSku(office, { priceMinor: 1200, costMinor: 800 });
  food = await stockedSku(office, { priceMinor: 999 });
  await put(`/catalog/skus/${food}`, { name: 'Tea', priceMinor: 999, currency: 'GBP', taxCategory: 'reduced' });
  for (const [listId, { breaks, ...list }] of Object.entries(lists)) {
    await put(`/catalog/price-lists/${listId}`, { name: listId, ...list });
    for (const sku of [goods, food])
      await put(`/catalog/price-lists/${listId}/prices/${sku}`, { prices: [{ breaks }] });
  }
});
afterAll(() => office.stop());

const countries = {
  London: { country: 'GB', postalCode: 'N1 9GU', city: 'London', line1: '1 Regent Street' },
  Berlin: { country: 'DE', postalCode: '10115', city: 'Berlin', line1: 'Torstr. 1' },
  Montreal: { country: 'CA', state: 'QC', postalCode: 'H2X 1Y4', city: 'Montreal', line1: '1 Rue Sherbrooke' },
  Tokyo: { country: 'JP', postalCode: '100-0001', city: 'Tokyo', line1: '1-1 Chiyoda' },
  Manama: { country: 'BH', city: 'Manama', line1: '1 Government Avenue' },
  Sydney: { country: 'AU', postalCode: '2000', city: 'Sydney', line1: '1 George Street' },
};
type Case = {
  to: keyof typeof countries;
  currency: string;
  customer?: { group?: string; vatNumber?: string; taxExemption?: { reason?: string } };
  shippingMethod?: string;
  quantities?: number[];
};
const basketOf = ({ to, quantities = [3], customer = {}, ...given }: Case) => ({
  ...given,
  customer: { ...aBuyer().customer, ...customer },
  shippingAddress: countries[to],
  lines: [...quantities.map((quantity) => ({ sku: goods, quantity })), { sku: food, quantity: 1 }],
});
type Tax = { rateId: string; taxableMinor: number; taxMinor: number; reason?: string };

const [vat, reduced] = ['standard-2021-01-01', 'reduced-2021-01-01'];
const taxedInGermany: [string, number, number][] = [
  [reduced, 1401, 98],
  [vat, 4073, 774],
];
/** Of 3 or 5 units of goods and one of food: rate, taxable amount, tax; the total; the refund of a unit of the goods. */
const cases: [string, Case, [string, number, number][], number, number][] = [
  [
    'a reverse charge',
    { to: 'Berlin', currency: 'EUR', customer: { vatNumber: 'FR 12 123456789' } },
    [['reverse-charge', 5475, 0]],
    5475,
    1260,
  ],
  ['the same without the number', { to: 'Berlin', currency: 'EUR' }, taxedInGermany, 6346, 1499],
  ...['GB999999973', 'TW12345678'].map((vatNumber): (typeof cases)[number] => [
    `no reverse charge for ${vatNumber}`,
    { to: 'Berlin', currency: 'EUR', customer: { vatNumber } },
    taxedInGermany,
    6346,
    1499,
  ]),
  [
    'a reverse charge in yen, also of shipping',
    { to: 'Berlin', currency: 'JPY', customer: { vatNumber: 'FR12123456789' }, shippingMethod: 'parcel' },
    [['reverse-charge', 3893, 0]],
    3893,
    841,
  ],
  [
    'an exempt customer',
    { to: 'London', currency: 'GBP', customer: { taxExemption: { reason: 'Diplomat, card 12' } } },
    [['exemption', 4201, 0]],
    4201,
    1000,
  ],
  ['an export', { to: 'Sydney', currency: 'GBP' }, [['export', 4899, 0]], 4899, 1200],
  [
    'a tax on another tax',
    { to: 'Montreal', currency: 'GBP', shippingMethod: 'parcel' },
    [
      ['gst', 4900, 245],
      ['qst', 4900, 489],
    ],
    5634,
    1379,
  ],
  [
    'yen, rounded per order',
    { to: 'Tokyo', currency: 'JPY', shippingMethod: 'parcel' },
    [
      ['food', 1043, 83],
      ['full', 3072, 307],
    ],
    4505,
    1001,
  ],
  [
    'dinar with tax on top',
    { to: 'Manama', currency: 'BHD', shippingMethod: 'parcel' },
    [['vat', 50_713, 5072]],
    55_785,
    13_579,
  ],
  [
    'dinar of a list without tax, where prices contain it',
    { to: 'London', currency: 'BHD' },
    [
      ['reduced-2008-01-01', 12_345, 617],
      ['standard-2011-01-04', 38_077, 7615],
    ],
    58_654,
    14_814,
  ],
  [
    'a customer group from five units on, in two lines',
    { to: 'Berlin', currency: 'EUR', customer: { group: 'trade' }, quantities: [2, 3] },
    [
      [reduced, 1401, 98],
      [vat, 4496, 854],
    ],
    6849,
    1000,
  ],
];

/** Of a day that is over, so that all orders are of one day. */
const day = '2026-11-02';

describe('a quote and its order, the explanation, the payment, a refund and the report have the same amounts', () => {
  const placed: { country: string; currency: string; taxMinor: number; totalMinor: number }[] = [];

  test.each(cases)('%s', async (name, given, taxes, totalMinor, refundMinor) => {
    const shop = office.client('storefront');
    const content = basketOf(given);
    const quote = await shop.post('/quotes', content);
    expect(quote.status, quote.text).toBe(200);
    const externalOrderId = name.replaceAll(' ', '-');
    const placedAt = `${day}T12:00:00Z`;
    const order = await shop.post('/orders', { ...content, externalOrderId, placedAt, totalMinor });
    expect(order.status, order.text).toBe(201);
    const { orderId, taxMinor, currency } = order.body;
    for (const field of ['totalMinor', 'taxMinor', 'taxes', 'taxZone', 'pricing']) {
      expect(quote.body[field], field).toEqual(order.body[field]);
    }
    expect(order.body.taxes.map((tax: Tax) => [tax.rateId, tax.taxableMinor, tax.taxMinor])).toEqual(taxes);
    const [{ rateId, reason }]: [Tax] = order.body.taxes;
    const { vatNumber, taxExemption } = given.customer ?? {};
    const reasons = { 'reverse-charge': vatNumber, exemption: taxExemption?.reason };
    expect(reason).toBe(new Map(Object.entries(reasons)).get(rateId));
    const explained = await office.client('finance').get(`/orders/${orderId}/price-explanation`);
    expect(explained.body).toMatchObject({ recomputed: { isEqual: true, taxMinor, totalMinor } });
    placed.push({ country: countries[given.to].country, currency, taxMinor, totalMinor });

    await refunds.pay(orderId, { amountMinor: totalMinor, currency });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: totalMinor });
    const { refund } = await refunds.requested(orderId);
    expect(refund).toMatchObject({ currency, amountMinor: refundMinor });
  });

  test('by country and currency in the report of the day', { timeout: 120_000 }, async () => {
    await office.settled();
    const finance = office.client('finance');
    const requested = await finance.post('/reports/runs', { date: day });
    await vi.waitFor(
      async () =>
        expect((await finance.get(String(requested.headers['location']))).body).toMatchObject({ status: 'completed' }),
      { timeout: 60_000, interval: 100 },
    );
    const Key = `daily/dt=${day}/v=1/sales-by-country.csv`;
    const { Body } = await s3Of(office.credentials).send(
      new GetObjectCommand({ Bucket: office.credentials.reportsBucket, Key }),
    );
    const [header = '', ...rows] = ((await Body?.transformToString()) ?? '')
      .replace('\uFEFF', '')
      .trim()
      .split(/\r?\n/);
    const columns = header.split(',');
    const column = (row: string, name: string) => row.split(',')[columns.indexOf(name)];
    const sums = [...Map.groupBy(placed, ({ country, currency }) => `${country} ${currency}`)].map(([key, orders]) => {
      const sum = (field: 'taxMinor' | 'totalMinor') => orders.reduce((total, order) => total + order[field], 0);
      return `${key} ${orders.length} ${sum('taxMinor')} ${sum('totalMinor')}`;
    });
    const fields = ['country', 'currency', 'orders', 'taxMinor', 'totalMinor'];
    expect(rows.map((row) => fields.map((name) => column(row, name)).join(' ')).toSorted()).toEqual(sums.toSorted());
  });
});

test.each([
  ['/customer/vatNumber', { vatNumber: 'DE12345678' }],
  ['/customer/vatNumber', { vatNumber: '' }],
  ['/customer/vatNumber', { vatNumber: 'FR12123456789\u0000' }],
  ['/customer/taxExemption/reason', { taxExemption: { reason: ' ' } }],
  ['/customer/taxExemption/reason', { taxExemption: {} }],
])('a quote and an order with a wrong %s are refused', async (pointer, customer) => {
  const content = basketOf({ to: 'Berlin', currency: 'EUR', customer });
  for (const [path, more] of [
    ['/quotes', {}],
    ['/orders', { externalOrderId: 'refused' }],
  ] as const) {
    const refused = await office.client('storefront').post(path, { ...content, ...more });
    expectProblem(refused, 422, 'invalid-content');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  }
});

// Seen failing: the number was judged again without the store's own country, and added units had no tax.
test.each([
  ['GB999999973', 6346 + 2 * 1499 + 1499, 872 + 479 + 239],
  ['FR12123456789', 5475 + 3 * 1260, 0],
])('units added to an order with the VAT number %s are taxed as it was', async (vatNumber, totalMinor, taxMinor) => {
  const shop = office.client('storefront');
  const content = basketOf({ to: 'Berlin', currency: 'EUR', customer: { vatNumber } });
  const order = await shop.post('/orders', { ...content, externalOrderId: `edited-${vatNumber}` });
  const edited = await shop.post(`/orders/${order.body.orderId}/edits`, {
    editId: 'more',
    reason: 'asked for',
    lines: [{ lineId: 'line-1', quantity: 5 }],
    addLines: [{ sku: goods, quantity: 1 }],
  });
  expect(edited, edited.text).toMatchObject({ status: 200, body: { totalMinor, taxMinor } });
  const taxes: Tax[] = edited.body.taxes;
  expect(taxes.map(({ rateId }) => rateId)).toEqual(order.body.taxes.map(({ rateId }: Tax) => rateId));
  expect(taxes.reduce((sum, tax) => sum + tax.taxMinor, 0)).toBe(taxMinor);
});

test('a price below the cost with the margin is put in force by another verified person, for the next quote', async () => {
  const sku = await stockedSku(office, { priceMinor: 1200, costMinor: 1000 });
  const margin = { name: 'Margin', minMarginBasisPoints: 1000 };
  expect((await office.client('admin').put('/catalog/categories/margin', margin)).status).toBe(201);
  const [author, approver] = [office.person(['admin']), office.person(['admin'])];
  const content = { name: 'Sold off', currency: 'GBP', costMinor: 1000, category: 'margin' };
  expect((await author.put(`/catalog/skus/${sku}`, { ...content, priceMinor: 1100 })).status).toBe(200);
  const requested = await author.put(`/catalog/skus/${sku}`, { ...content, priceMinor: 1099 });
  expect(requested, requested.text).toMatchObject({
    status: 202,
    body: { status: 'pending-approval', minPriceMinor: 1100, requestedBy: author.subject },
  });
  const path = `${String(requested.headers['location'])}/decisions`;
  const approve = { decision: 'approve' };
  // A machine's client may be used by the author.
  for (const same of [author, office.client('admin'), office.client('finance')]) {
    expectProblem(await same.post(path, approve), 403, 'own-change');
  }
  expectProblem(await office.person(['merchandising']).post(path, approve), 403);
  const priceNow = async () => {
    const basket = { currency: 'GBP', shippingAddress: countries.London, lines: [{ sku, quantity: 1 }] };
    return (await office.client('storefront').post('/quotes', basket)).body.subtotalMinor;
  };
  expect(await priceNow()).toBe(1100);
  expect(await approver.post(path, approve)).toMatchObject({ status: 200, body: { decidedBy: approver.subject } });
  expect(await priceNow()).toBe(1099);
  const { body } = await office.client('finance').get(`/catalog/skus/${sku}/price-history`);
  expect(body.changes[0]).toMatchObject({ requestedBy: author.subject, approvedBy: approver.subject });
});
