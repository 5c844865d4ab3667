import { describe, expect, test } from 'vitest';
import { alertsOf, StockChange } from '../../functions/stock-update/alerts.ts';
import { raiseAlerts } from '../../functions/stock-update/raise-alerts.ts';

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
    expect(alertsOf(before, after)).toEqual(kinds);
  });
});

const image = (available: number) => ({
  sku: { S: 'MUG' },
  warehouses: { M: { main: { M: { available: { N: `${available}` } } }, north: { M: { available: { N: '0' } } } } },
});
const change = (SequenceNumber: string, before: number, after: number) => ({
  dynamodb: { SequenceNumber, ApproximateCreationDateTime: 1.5, OldImage: image(before), NewImage: image(after) },
});

test('a change is read from the stream, warehouses summed', () => {
  expect(StockChange.parse(change('7', 3, 0)).dynamodb.OldImage).toEqual({ sku: 'MUG', available: 3, levels: {} });
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
