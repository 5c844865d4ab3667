import { describe, expect, test } from 'vitest';
import { createAlertStore } from '../../../functions/stock-update/alerts/alert-store.ts';
import { crossingsOf, StockChange } from '../../../functions/stock-update/alerts/crossings.ts';
import { raiseAlerts } from '../../../functions/stock-update/alerts/raise-alerts.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';

const noFailure = () => Promise.reject(new Error('No record fails'));
const levels = { reorderPoint: 5, overstockAbove: 100 };
const at = (available: number, given: object = levels, shortUnits = 0) => ({ available, levels: given, shortUnits });

describe('a change of available units', () => {
  test.each<[string, ReturnType<typeof at> | undefined, ReturnType<typeof at>, string[]]>([
    ['low at the reorder point', at(6), at(5), ['low']],
    ['nothing below it again', at(5), at(4), []],
    ['low again after it was above', at(6), at(3), ['low']],
    ['nothing without a reorder point', at(6, {}), at(1, {}), []],
    ['low when the reorder point is raised', at(4, {}), at(4), ['low']],
    ['out with the last unit', at(1), at(0), ['out']],
    ['out and low in one change', at(9), at(0), ['out', 'low']],
    ['nothing while it is out', at(0), at(0), []],
    ['back-in-stock with units after out', at(0), at(3), ['back-in-stock']],
    ['overstock above its level', at(100), at(101), ['overstock']],
    ['nothing at the overstock level', at(99), at(100), []],
    ['overstock with the first receipt', undefined, at(101), ['overstock']],
    ['nothing with the first receipt', undefined, at(50), []],
    ['oversold when orders reserve units that are not there', at(9), at(9, levels, 2), ['oversold']],
    ['oversold when more units are missing', at(9, levels, 2), at(9, levels, 3), ['oversold']],
    ['nothing when as many units are missing', at(9, levels, 2), at(9, levels, 2), []],
    ['nothing when fewer units are missing', at(9, levels, 2), at(9, levels, 1), []],
    ['out and oversold in one change', at(9, {}), at(0, {}, 4), ['out', 'oversold']],
    ['nothing for a new SKU without stock', undefined, at(0, {}), []],
  ])('raises %s', (_name, before, after, kinds) => {
    expect(crossingsOf(before, after)).toEqual(kinds);
  });
});

const imageOf = (sku: string, available: Record<string, number>) => ({
  sku: { S: sku },
  warehouses: {
    M: Object.fromEntries(
      Object.entries(available).map(([name, N]) => [name, { M: { available: { N: `${N}` }, reserved: { N: '0' } } }]),
    ),
  },
});
const image = (available: number) => imageOf('MUG', { main: available, north: 0 });
const change = (SequenceNumber: string, before: number, after: number) => ({
  dynamodb: { SequenceNumber, ApproximateCreationDateTime: 1.5, OldImage: image(before), NewImage: image(after) },
});

test('a stream record has the available units over all warehouses', () => {
  expect(StockChange.parse(change('7', 3, 0)).dynamodb.OldImage).toEqual({
    sku: 'MUG',
    available: 3,
    shortUnits: 0,
    levels: {},
  });
});

describe('alerts of a SKU over several changes', () => {
  const database = databaseForAll();

  /** Kinds and units of the alerts raised while the available units of the warehouses change to these states. */
  async function alertsOf(sku: string, states: readonly Record<string, number>[]) {
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
    const response = await raiseAlerts(createAlertStore(database.db, tables), noFailure)(records, { error: () => {} });
    expect(response).toEqual({ batchItemFailures: [] });
    const events = await eventsOf(database.db, tables.STOCK_TABLE_NAME, `ALERT#${sku}`);
    return events.map(({ detail: { data } }) => [data['kind'], data['available']]);
  }

  test.each<[string, Record<string, number>[], unknown[]]>([
    ['none for the first receipt after levels were set', [{}, { main: 5 }], []],
    ['none when first units pass inspection', [{ main: 0 }, { main: 5 }], []],
    [
      'out and back-in-stock each time',
      [{ main: 1 }, { main: 0 }, { main: 2 }, { main: 0 }, { main: 3 }],
      [
        ['out', 0],
        ['back-in-stock', 2],
        ['out', 0],
        ['back-in-stock', 3],
      ],
    ],
    [
      'no out while one warehouse has units and another is negative',
      [
        { a: 1, b: 3 },
        { a: -3, b: 3 },
      ],
      [],
    ],
    [
      'back-in-stock when one warehouse has units and another is negative',
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
    expect(await alertsOf(name.replaceAll(' ', '-'), states)).toEqual(kinds);
  });
});

test('a batch stops at the first record that is throttled, and sets a malformed one aside', async () => {
  const recorded: string[] = [];
  const aside: object[] = [];
  const throttled = Object.assign(new Error('throttled'), { name: 'ThrottlingException' });
  const store: Parameters<typeof raiseAlerts>[0] = {
    record: (_alert, sequenceNumber) => {
      if (sequenceNumber === '3') return Promise.reject(throttled);
      recorded.push(sequenceNumber);
      return Promise.resolve('done');
    },
  };
  const raise = raiseAlerts(store, (record) => Promise.resolve(void aside.push(record)));
  const log = { error: () => {} };
  const records = [change('1', 1, 0), change('2', 5, 4), change('3', 0, 4), change('4', 4, 0)];
  expect(await raise(records, log)).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(recorded).toEqual(['1']);
  const malformed = { dynamodb: { SequenceNumber: '9' } };
  expect(await raise([malformed, change('10', 1, 0)], log)).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual(['1', '10']);
  expect(aside).toEqual([malformed]);
});
