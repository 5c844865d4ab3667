import { describe, expect, test } from 'vitest';
import { createAlertStore } from '../../../functions/stock-update/alerts/alert-store.ts';
import { crossingsOf, StockChange } from '../../../functions/stock-update/alerts/crossings.ts';
import { raiseAlerts } from '../../../functions/stock-update/alerts/raise-alerts.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';

const levels = { reorderPoint: 5, overstockAbove: 100 };
const at = (available: number, given: object = levels) => ({ available, levels: given });

describe('an alert', () => {
  test.each<[string, ReturnType<typeof at> | undefined, ReturnType<typeof at>, string[]]>([
    ['low, when the reorder point is reached', at(6), at(5), ['low']],
    ['not low again, further down', at(5), at(4), []],
    ['low again, after it was above', at(6), at(3), ['low']],
    ['not low without a reorder point', at(6, {}), at(1, {}), []],
    ['low, when the reorder point is raised to it', at(4, {}), at(4), ['low']],
    ['out, when the last is taken', at(1), at(0), ['out']],
    ['out and low, in one step', at(9), at(0), ['out', 'low']],
    ['not out again', at(0), at(0), []],
    ['back in stock', at(0), at(3), ['back-in-stock']],
    ['overstock, above its level', at(100), at(101), ['overstock']],
    ['not overstock at its level', at(99), at(100), []],
    ['overstock from nothing', undefined, at(101), ['overstock']],
    ['of nothing, when a SKU is first received', undefined, at(50), []],
    ['of nothing, when a SKU without stock is first known', undefined, at(0, {}), []],
  ])('tells %s', (_name, before, after, kinds) => {
    expect(crossingsOf(before, after)).toEqual(kinds);
  });
});

const imageOf = (sku: string, available: Record<string, number>) => ({
  sku: { S: sku },
  warehouses: {
    M: Object.fromEntries(Object.entries(available).map(([name, N]) => [name, { M: { available: { N: `${N}` } } }])),
  },
});
const image = (available: number) => imageOf('MUG', { main: available, north: 0 });
const change = (SequenceNumber: string, before: number, after: number) => ({
  dynamodb: { SequenceNumber, ApproximateCreationDateTime: 1.5, OldImage: image(before), NewImage: image(after) },
});

test('a change is read from the stream, warehouses summed', () => {
  expect(StockChange.parse(change('7', 3, 0)).dynamodb.OldImage).toEqual({ sku: 'MUG', available: 3, levels: {} });
});

describe('what is told of a SKU', () => {
  const database = databaseForAll();

  /** Kinds of the alerts that are told while the units available in its warehouses become these, one after the other. */
  async function told(sku: string, states: readonly Record<string, number>[]) {
    const records = states.map((state, index) => {
      const before = states[index - 1];
      return {
        dynamodb: {
          SequenceNumber: `${index + 1}`,
          ApproximateCreationDateTime: 1.5,
          ...(before && { OldImage: imageOf(sku, before) }),
          NewImage: imageOf(sku, state),
        },
      };
    });
    const answer = await raiseAlerts(createAlertStore(database.db, tables))(records, { error: () => {} });
    expect(answer).toEqual({ batchItemFailures: [] });
    const events = await eventsOf(database.db, tables.STOCK_TABLE_NAME, `ALERT#${sku}`);
    return events.map(({ detail: { data } }) => [data['kind'], data['available']]);
  }

  test.each<[string, Record<string, number>[], unknown[]]>([
    ['is nothing when it first comes in, though its levels were set before', [{}, { main: 5 }], []],
    ['is nothing when it first can be sold, though it was inspected before', [{ main: 0 }, { main: 5 }], []],
    [
      'is each time that it is out and back',
      [{ main: 1 }, { main: 0 }, { main: 2 }, { main: 0 }, { main: 3 }],
      [
        ['out', 0],
        ['back-in-stock', 2],
        ['out', 0],
        ['back-in-stock', 3],
      ],
    ],
    [
      'is not that it is out while a warehouse can sell, whatever another lacks',
      [
        { a: 1, b: 3 },
        { a: -3, b: 3 },
      ],
      [],
    ],
    [
      'is that it is back as soon as a warehouse can sell',
      [
        { a: 0, b: 1 },
        { a: -3, b: 0 },
        { a: -3, b: 2 },
      ],
      [
        ['out', 0],
        ['back-in-stock', 2],
      ],
    ],
  ])('%s', async (name, states, kinds) => {
    expect(await told(name.replaceAll(' ', '-'), states)).toEqual(kinds);
  });
});

test('a batch stops at the first change that cannot be recorded or read, and says which', async () => {
  const recorded: string[] = [];
  const raise = raiseAlerts({
    record: (_alert, sequenceNumber) => {
      if (sequenceNumber === '3') return Promise.reject(new Error('throttled'));
      recorded.push(sequenceNumber);
      return Promise.resolve('done');
    },
  });
  const log = { error: () => {} };
  const records = [change('1', 1, 0), change('2', 5, 4), change('3', 0, 4), change('4', 4, 0)];
  expect(await raise(records, log)).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(recorded).toEqual(['1']);
  const unreadable = { dynamodb: { SequenceNumber: '9' } };
  expect(await raise([unreadable], log)).toEqual({ batchItemFailures: [{ itemIdentifier: '9' }] });
});
