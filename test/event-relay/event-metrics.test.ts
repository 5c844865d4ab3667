import { expect, test } from 'vitest';
import { metricsOf } from '../../functions/event-relay/event-metrics.ts';

const entry = (detailType: string, data: object, ageMs = 0) => ({
  sequenceNumber: '1',
  source: 'storeworks.test',
  detailType,
  detail: JSON.stringify({ metadata: {}, data }),
  time: new Date(1_000_000 - ageMs),
});
const metrics = (published: ReturnType<typeof entry>[], waiting: ReturnType<typeof entry>[] = []) =>
  metricsOf({ published, entries: [...published, ...waiting] }, 1_000_000).map(
    ({ name, value, dimensions = {} }) => `${[name, ...Object.values(dimensions)].join(' ')} = ${value}`,
  );

test('published events are counted: orders, sales by currency, refused queued orders by reason, stock-outs, payouts', () => {
  expect(
    metrics([
      entry('OrderPlaced', { currency: 'GBP', totalMinor: 1200 }),
      entry('OrderPlaced', { currency: 'EUR', totalMinor: 500 }),
      entry('OrderPlaced', { currency: 'GBP', totalMinor: 34 }, 250),
      entry('OrderRefused', { problem: { type: 'out-of-stock' } }),
      entry('OrderRefused', { problem: { type: 'out-of-stock' } }),
      entry('StockAlertRaised', { kind: 'out' }),
      entry('StockAlertRaised', { kind: 'low' }),
      entry('RefundPayoutFailed', {}),
      entry('OrderCancelled', {}),
    ]),
  ).toEqual([
    'OldestEventAge = 250',
    'OrdersPlaced = 3',
    'SalesMinor GBP = 1234',
    'SalesMinor EUR = 500',
    'QueuedOrderRefusals out-of-stock = 2',
    'StockOuts = 1',
    'PayoutFailures = 1',
  ]);
});

test('events that the bus did not confirm are not counted, but their age is measured', () => {
  const waiting = entry('OrderPlaced', { currency: 'GBP', totalMinor: 1200 }, 60_000);
  expect(metrics([entry('OrderCancelled', {})], [waiting])).toEqual(['OldestEventAge = 60000']);
  expect(metrics([])).toEqual([]);
});

test('an event of another version, without the members, is counted as far as it can be', () => {
  expect(metrics([entry('OrderPlaced', {}), entry('OrderRefused', {})])).toEqual([
    'OldestEventAge = 0',
    'OrdersPlaced = 1',
  ]);
});
