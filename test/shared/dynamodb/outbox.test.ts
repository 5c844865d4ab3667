import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { entryOf } from '../../../functions/event-relay/decide.ts';
import { type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OutboxItem, outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { itemSize } from '../../bench/counting/item-size.ts';
import sample from '../../contracts/order-placed.sample.json' with { type: 'json' };

const { exchangeOf: _, ...data } = OrderPlaced.envelope.parse(sample).detail.data;
const cause = {
  actor: '7h2bfq5u1c0n3v9example',
  correlationId: 'JKJaXmPLvHcESHA=',
  causationId: 'JKJaXmPLvHcESHA=',
  now: 1_772_712_000_000,
};
const line = (index: number) => ({
  lineId: `line-${index}`,
  sku: `TEAPOT-BLUE-${index}`,
  quantity: index,
  unitPriceMinor: 2599,
  discountMinor: 130,
  taxMinor: 412,
  totalMinor: 2469 * index,
  warehouse: 'main',
  category: 'kitchen',
});
const fullAddress = {
  country: 'GB',
  postalCode: 'NW1 6XE',
  city: 'London',
  line1: '221B Baker Street, Marylebone, Analytical Engines Ltd, third floor',
};
const eventOf = (order: Partial<DataOf<typeof OrderPlaced>>) => newEvent(OrderPlaced, { ...data, ...order }, cause);
const stored = (event: ReturnType<typeof eventOf>) => {
  const item = outboxItem('ORDER#1', event);
  return { item, image: marshall(item) };
};
const marshall = (item: Record<string, string | Uint8Array>): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, typeof value === 'string' ? { S: value } : { B: value }]),
  );

/** As Lambda receives a stream record: binary values in base64. */
const recordOf = (image: Record<string, AttributeValue>) => ({
  dynamodb: {
    SequenceNumber: '1',
    NewImage: Object.fromEntries(
      Object.entries(image).map(([name, { S, B = '' }]) => [
        name,
        S === undefined ? { B: Buffer.from(B).toString('base64') } : { S },
      ]),
    ),
  },
});

describe('the item of an event', () => {
  test.each([
    ['one line', { lines: [line(1)] }],
    ['two lines', { lines: [line(1), line(2)] }],
    ['three lines and a long address', { lines: [line(1), line(2), line(3)], shippingAddress: fullAddress }],
    ['two addresses', { lines: [line(1), line(2)], shippingAddress: fullAddress, billingAddress: fullAddress }],
    ['a note', { lines: [line(1), line(2)], note: 'Please leave the parcel with the neighbours at number 12.' }],
  ])('of an order with %s takes one write unit', (_name, order) => {
    expect(itemSize(stored(eventOf(order)).image)).toBeLessThanOrEqual(1024);
  });

  test.each([
    ['short', { lines: [line(1)], note: 'é' }],
    ['of usual length', { lines: [line(1), line(2)] }],
    ['of an order of 300 lines', { lines: Array.from({ length: 300 }, (_, index) => line(index + 1)) }],
    ['with text beyond ASCII', { lines: [line(1), line(2)], note: '配送は午後に 🚚 – Grüße' }],
    ['that compression does not shorten', { lines: [], discounts: [], couponCodes: [] }],
  ])('keeps every byte of a detail %s, in its table and on the bus', (_name, order) => {
    const event = eventOf(order);
    const { item, image } = stored(event);
    const detail = JSON.stringify(event.detail);
    expect(OutboxItem.parse(item).detail).toBe(detail);
    expect(entryOf(recordOf(image))).toMatchObject({ detailType: 'OrderPlaced', detail });
  });

  test('is text if compression saves no write unit', () => {
    const short = newEvent(OrderPlaced, { ...data, lines: [], customer: {}, discounts: [] }, cause);
    expect(typeof outboxItem('ORDER#1', short).detail).toBe('string');
  });

  test('of an earlier release, as text of any length, is read and published', () => {
    const detail = JSON.stringify(eventOf({ note: 'x'.repeat(2000) }).detail);
    const item = { ...outboxItem('ORDER#1', eventOf({})), detail };
    expect(OutboxItem.parse(item)).toEqual(item);
    expect(entryOf(recordOf(marshall(item)))).toMatchObject({ detail });
  });

  test('with other data than DEFLATE is malformed, and no error escapes', () => {
    const item = { ...outboxItem('ORDER#1', eventOf({})), detail: Buffer.from('not compressed') };
    expect(OutboxItem.safeParse(item).success).toBe(false);
    expect(entryOf(recordOf(marshall(item)))).toEqual({ sequenceNumber: '1', reason: 'malformed' });
  });
});
