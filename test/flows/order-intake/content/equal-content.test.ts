import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDuty } from '../../../support/orders/placed-order.ts';
import { refundDriver } from '../../../support/refunds/refund-driver.ts';
import type { ApiResponse } from '../../../support/system/api-client.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../../support/system/test-data.ts';

type Line = Record<string, unknown>;
type Content = Record<string, unknown> & { lines: Line[] };
type Kind = 'order' | 'marketplace order' | 'cancellation' | 'shipment' | 'refund';
type Command = { send: (content: Content) => Promise<ApiResponse>; content: Content; first: ApiResponse };

let office: BackOffice;
const refunds = refundDriver(() => office);
const commands = new Map<Kind, Command>();
beforeAll(async () => {
  office = await startBackOffice();
  await Promise.all([firstOrder('order', 'storefront'), firstOrder('marketplace order', 'marketplace')]);
  await changesOfOrders();
});
afterAll(() => office.stop());

async function sendFirst(kind: Kind, content: Content, send: Command['send']) {
  const first = await send(content);
  expect([200, 201], first.text).toContain(first.status);
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  commands.set(kind, { send, content, first });
  return first;
}

async function firstOrder(kind: Kind, client: 'storefront' | 'marketplace') {
  const sku = await stockedSku(office, { priceMinor: 250 });
  const lines = [{ sku, quantity: 2, ...(client === 'marketplace' && { unitPriceMinor: 300 }) }];
  const customer = { email: `zoë-${randomUUID().slice(0, 8)}@example.com`, name: 'Zoë Brontë' };
  const placedAt = new Date(Date.now() - 3_600_000).toISOString();
  const content = { ...orderOf(sku), customer, placedAt, lines };
  await sendFirst(kind, content, (sent) => office.client(client).post('/orders', sent));
}

/** Two lines of five units each: one unit of each is cancelled in one order, and shipped and refunded in another. */
async function changesOfOrders() {
  const skus = [await stockedSku(office), await stockedSku(office)];
  const [cancelled, shipped] = await Promise.all(
    [0, 1].map(async () => {
      const lines = skus.map((sku) => ({ sku, quantity: 5 }));
      const placed = await office.client('storefront').post('/orders', orderOf(skus[0] ?? '', { lines }));
      expect(placed.status, placed.text).toBe(201);
      return String(placed.body.orderId);
    }),
  );
  const lines = ['line-1', 'line-2'].map((lineId) => ({ lineId, quantity: 1 }));
  const requestId = randomUUID();
  await sendFirst('cancellation', { requestId, reason: 'Zoë changed her mind', lines }, (sent) =>
    office.client('storefront').post(`/orders/${cancelled}/cancellation`, sent),
  );
  await refunds.pay(shipped ?? '', { paymentId: shipped, amountMinor: 2500 });
  const parcel = { shipmentId: requestId, lines, carrier: 'Zoë & Söhne', trackingNumber: 'AB 1' };
  await sendFirst('shipment', parcel, (sent) => office.client('warehouse').post(`/orders/${shipped}/shipments`, sent));
  const refund = { requestId, orderId: shipped, reason: 'late', lines, note: 'Zoë wrote' };
  await sendFirst('refund', refund, (sent) => office.client('service').post('/refunds', sent));
}

/** The same JSON with the members of each object in reversed order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toReversed();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
};
const withLines = (content: Content, given: Line): Content => ({
  ...content,
  lines: content.lines.map((line) => ({ ...line, ...given })),
});
const withEmail = (content: Content, change: (email: string) => string): Content => {
  const customer = content['customer'] as { email: string };
  return { ...content, customer: { ...customer, email: change(customer.email) } };
};
/** The same time at an offset of whole hours, two digits. */
const atOffset = ({ placedAt }: Content, hours: number) => {
  const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
  return new Date(Date.parse(String(placedAt)) + hours * 3_600_000).toISOString().replace('Z', offset);
};
/** The same time at UTC+05:30. */
const inIndia = ({ placedAt }: Content) =>
  new Date(Date.parse(String(placedAt)) + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30');

const spellings: [kind: Kind, name: string, spell: (content: Content) => unknown][] = [
  ['order', 'its defaults spelled out', (content) => ({ ...content, shippingMethod: 'standard', note: '' })],
  ['order', 'its members in another order', reversed],
  ['order', 'its time at another offset', (content) => ({ ...content, placedAt: inIndia(content) })],
  ['order', 'its e-mail address in upper case', (content) => withEmail(content, (email) => email.toUpperCase())],
  ['order', 'its time at an offset of another day', (content) => ({ ...content, placedAt: atOffset(content, -11) })],
  ['order', 'its time at +00:00', (content) => ({ ...content, placedAt: atOffset(content, 0) })],
  [
    'order',
    'its domain in upper case',
    (content) => withEmail(content, (email) => email.replace('example', 'EXAMPLE')),
  ],
  ['marketplace order', 'its time at another offset', (content) => ({ ...content, placedAt: atOffset(content, 9) })],
  [
    'marketplace order',
    'its e-mail address in upper case',
    (content) => withEmail(content, (email) => email.toUpperCase()),
  ],
  ['order', 'its e-mail address decomposed', (content) => withEmail(content, (email) => email.normalize('NFD'))],
  ['order', 'an empty list of coupons', (content) => ({ ...content, couponCodes: [] })],
  ['order', 'an empty list of charges', (content) => ({ ...content, charges: [] })],
  ['order', 'the prices of the store', (content) => withLines(content, { unitPriceMinor: 250, discountMinor: 0 })],
  ['order', 'the totals of the store', (content) => ({ ...content, totalMinor: 500, shippingMinor: 0, taxMinor: 83 })],
  ['marketplace order', 'its defaults spelled out', (content) => ({ ...content, taxIncluded: true, discountMinor: 0 })],
  [
    'marketplace order',
    'its totals',
    (content) => ({ ...content, subtotalMinor: 600, taxMinor: 100, totalMinor: 600 }),
  ],
  ['marketplace order', 'its empty lists', (content) => ({ ...content, couponCodes: [], charges: [] })],
  ['marketplace order', 'its members in another order', reversed],
  ['cancellation', 'its members in another order', reversed],
  ['cancellation', 'its lines in another order', (content) => ({ ...content, lines: content.lines.toReversed() })],
  ['cancellation', 'its reason decomposed', (content) => ({ ...content, reason: 'Zoe\u0308 changed her mind' })],
  ['cancellation', 'blanks around its reason', (content) => ({ ...content, reason: ' Zoë changed her mind\n' })],
  ['shipment', 'its members in another order', reversed],
  ['shipment', 'its lines in another order', (content) => ({ ...content, lines: content.lines.toReversed() })],
  ['shipment', 'its carrier decomposed', (content) => ({ ...content, carrier: ' Zoë & Söhne'.normalize('NFD') })],
  ['shipment', 'blanks around its number', (content) => ({ ...content, trackingNumber: '\tAB 1 ' })],
  ['refund', 'the default of restock', (content) => ({ ...content, restock: true })],
  ['refund', 'amounts of 0', (content) => ({ ...content, shippingMinor: 0, taxMinor: 0, goodwillMinor: 0 })],
  ['refund', 'its members in another order', reversed],
  ['refund', 'its lines in another order', (content) => ({ ...content, lines: content.lines.toReversed() })],
  ['refund', 'its note decomposed', (content) => ({ ...content, note: 'Zoe\u0308 wrote ' })],
];

test.each(spellings)('an equal %s with %s is a replay', async (kind, _name, spell) => {
  const { send, content, first } = commandOf(kind);
  const again = await send(spell(content) as Content);
  expect(again.status, again.text).toBe(200);
  expect(again.headers['idempotent-replayed']).toBe('true');
  // The status of a refund changes with its payout.
  const lasting = ({ body, text }: ApiResponse): string => (kind === 'refund' ? body.refundId : text);
  expect(lasting(again)).toBe(lasting(first));
});

const others: [kind: Kind, name: string, other: (content: Content) => unknown][] = [
  ['order', 'quantity', (content) => withLines(content, { quantity: 3 })],
  ['order', 'note', (content) => ({ ...content, note: 'Ring twice' })],
  ['order', 'time', (content) => ({ ...content, placedAt: inIndia(content).replace('+05:30', '+05:00') })],
  ['order', 'e-mail address', (content) => withEmail(content, (email) => `a${email}`)],
  ['order', 'address', (content) => ({ ...content, shippingAddress: { country: 'GB', city: 'Leeds' } })],
  ['order', 'coupon', (content) => ({ ...content, couponCodes: ['SAVE10'] })],
  ['order', 'charge', (content) => ({ ...content, charges: [aDuty(1)] })],
  ['order', 'shipping method', (content) => ({ ...content, shippingMethod: 'express' })],
  ['order', 'total', (content) => ({ ...content, totalMinor: 499 })],
  ['marketplace order', 'discount', (content) => ({ ...content, discountMinor: 10 })],
  ['marketplace order', 'shipping', (content) => ({ ...content, shippingMinor: 100 })],
  ['marketplace order', 'price', (content) => withLines(content, { unitPriceMinor: 301 })],
  ['cancellation', 'reason', (content) => ({ ...content, reason: 'Zoe changed her mind' })],
  ['cancellation', 'quantity', (content) => withLines(content, { quantity: 2 })],
  ['cancellation', 'set of lines', (content) => ({ ...content, lines: content.lines.slice(1) })],
  ['shipment', 'carrier', (content) => ({ ...content, carrier: 'DHL' })],
  ['shipment', 'quantity', (content) => withLines(content, { quantity: 2 })],
  ['shipment', 'tracking number', ({ trackingNumber: _number, ...content }) => content],
  ['refund', 'restock', (content) => ({ ...content, restock: false })],
  ['refund', 'reason', (content) => ({ ...content, reason: 'damaged' })],
  ['refund', 'shipping', (content) => ({ ...content, shippingMinor: 1 })],
  ['refund', 'quantity', (content) => withLines(content, { quantity: 2 })],
];

test.each(others)('%s under the same id with another %s is a conflict', async (kind, _name, other) => {
  const { send, content } = commandOf(kind);
  const refused = await send(other(content) as Content);
  expectProblem(refused, 409, `${kind.replace('marketplace ', '')}-conflict`);
});

function commandOf(kind: Kind): Command {
  const command = commands.get(kind);
  if (!command) throw new Error(`No ${kind} was sent`);
  return command;
}
