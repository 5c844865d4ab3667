import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { importFile } from '../../../functions/order-intake/import/import-file.ts';
import { aCause, aPolicy } from '../../support/builders.ts';
import { defects, outages } from '../../support/defects.ts';
import { channels } from '../../support/environment.ts';

const settings = { channels: new Set(Object.keys(channels)), warehouses: ['main'], policy: aPolicy() };
const ids = ['a', 'b', 'c', 'd'];
const file = () =>
  Readable.from([
    [
      'externalOrderId,channel,currency,placedAt,sku,quantity,unitPriceMinor',
      ...ids.map((id) => `${id},storefront,GBP,2019-07-01T10:00:00Z,MUG,1,100`),
    ].join('\n'),
  ]);

/** Imports orders a to d; `error` is thrown for `bad`. */
async function importWith(bad: string, error: () => Error) {
  const imported: string[] = [];
  const importOrder: Parameters<typeof importFile>[1] = ({ externalOrderId }) => {
    if (externalOrderId === bad) return Promise.reject(error());
    imported.push(externalOrderId);
    return Promise.resolve('imported');
  };
  return { imported, ...(await importFile(file(), importOrder, settings, aCause())) };
}

describe.each(defects)('%s', (_name, error) => {
  test.each(ids)('of the order %s fails that order only', async (bad) => {
    const { imported, summary, bad: rows, failure } = await importWith(bad, error);
    expect(imported).toEqual(ids.filter((id) => id !== bad));
    expect(summary).toMatchObject({ rows: 4, imported: 3, badRows: 1 });
    expect(rows).toEqual([
      { row: ids.indexOf(bad) + 2, externalOrderId: bad, reason: expect.stringMatching(/^failed: /) },
    ]);
    // It is thrown again after the result is written, so that the upload is retried and staff is informed.
    expect(failure).toBeDefined();
  });
});

test.each(outages)('%s fails the whole file, which is retried', async (_name, error) => {
  await expect(importWith('b', error)).rejects.toThrow(error().message);
});
