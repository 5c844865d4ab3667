import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { importFile } from '../../../functions/order-intake/import/import-file.ts';
import { createImportStore } from '../../../functions/order-intake/import/import-store.ts';
import { aCause, aPolicy } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';

const database = databaseForAll();

const defaultHeader = 'externalOrderId,channel,currency,placedAt,city,sku,quantity,unitPriceMinor';
/** A row under that header. */
const aRow = (externalOrderId: string, { city = 'London', sku = 'MUG' } = {}) =>
  `${externalOrderId},storefront,GBP,2019-07-01T10:00:00Z,${city},${sku},1,100`;

/** Imports a file of these lines; returns its summary and its bad rows as `row externalOrderId reason`. */
async function imported(lines: readonly string[], header = defaultHeader) {
  const store = createImportStore(database.db, tables, aPolicy().timeZone);
  const settings = { channels: new Set(Object.keys(channels)), warehouses: ['main', 'north'], policy: aPolicy() };
  const file = Readable.from([[header, ...lines].join('\n')]);
  const { summary, bad } = await importFile(file, (...given) => store.importOrder(...given), settings, aCause());
  return { summary, bad: bad.map(({ row, externalOrderId, reason }) => `${row} ${externalOrderId} ${reason}`) };
}

test('numbers rows as a spreadsheet does, with blank rows and line breaks in cells', async () => {
  const { summary, bad } = await imported([
    aRow('N-1'),
    '',
    aRow('N-2', { city: '"Stow\non the Wold"' }),
    '   ',
    ',,,,,,,',
    aRow('N-3', { sku: 'no sku' }),
    '',
  ]);
  expect(bad).toEqual([expect.stringMatching(/^7 N-3 sku: /)]);
  expect(summary).toEqual({ rows: 3, imported: 2, alreadyImported: 0, badRows: 1 });
});

test('refuses a row with another number of cells and the whole order it belongs to, but no other order', async () => {
  const { summary, bad } = await imported([
    aRow('C-1'),
    aRow('C-1', { city: 'Paris, France' }),
    aRow('C-2'),
    aRow('C-3', { city: 'Stow\non the Wold' }),
  ]);
  expect(bad).toEqual([
    '2 C-1 Row 3 is malformed and may be of this order',
    '3 C-1 has 9 cells, the header 8; quote a cell that contains the separator or a line break',
    '5 C-3 has 5 cells, the header 8; quote a cell that contains the separator or a line break',
    '6  has 4 cells, the header 8; quote a cell that contains the separator or a line break; the order of this row cannot be identified',
  ]);
  expect(summary).toEqual({ rows: 5, imported: 1, alreadyImported: 0, badRows: 4 });
});

test('imports no order that a row with shifted cells may belong to', async () => {
  const line = (city: string, id: string) => `${city},storefront,GBP,2019-07-01T10:00:00Z,${id},MUG,1,100`;
  const { summary, bad } = await imported(
    [line('London', 'U-1'), line('Paris, France', 'U-1'), line('London', 'U-2')],
    defaultHeader.replace('externalOrderId', 'id').replace('city', 'externalOrderId').replace('id', 'city'),
  );
  expect(bad).toEqual([
    '2 U-1 Row 3 is malformed and may be of this order',
    expect.stringMatching(/^3  has 9 cells, .* cannot be identified$/),
  ]);
  expect(summary).toMatchObject({ rows: 3, imported: 1 });
});

test('imports no order of a warehouse that the settings do not have, and names the closest', async () => {
  const rows = [`${aRow('W-1')},north`, `${aRow('W-2')},nroth`, `${aRow('W-3')},constructor`, `${aRow('W-4')},`];
  const { summary, bad } = await imported(rows, `${defaultHeader},warehouse`);
  expect(bad).toEqual([
    '3 W-2 warehouse: "nroth" is not a valid value. Did you mean north? Valid values: main, north',
    '4 W-3 warehouse: "constructor" is not a valid value. Valid values: main, north',
  ]);
  expect(summary).toMatchObject({ imported: 2 });
});

describe('an order that is imported again', () => {
  const header = 'externalOrderId,channel,currency,placedAt,customerEmail,note,sku,quantity,unitPriceMinor';
  const row = (id: string, placedAt = '2019-07-01T10:00:00Z', email = 'zoë@müller.de', note = 'Café') =>
    `${id},storefront,GBP,${placedAt},${email},${note},MUG,1,100`;
  const spellings: [name: string, given: [placedAt?: string | undefined, email?: string | undefined, note?: string]][] =
    [
      ['the same content', []],
      ['a time at another offset', ['2019-07-01T15:30:00+05:30']],
      ['a time at an offset that changes its date', ['2019-06-30T23:00:00-11:00']],
      ['a time with milliseconds', ['2019-07-01T10:00:00.000Z']],
      ['an e-mail address in upper case', [undefined, 'ZOË@MÜLLER.DE']],
      ['a domain in Punycode', [undefined, 'zoë@xn--mller-kva.de']],
      ['an e-mail address decomposed', [undefined, 'zoë@müller.de'.normalize('NFD')]],
      ['a note decomposed', [undefined, undefined, 'Café'.normalize('NFD')]],
    ];
  test.each(spellings)('with %s is the same order', async (name, given) => {
    const id = `S-${spellings.findIndex(([each]) => each === name)}`;
    await imported([row(id)], header);
    const again = { summary: { rows: 1, imported: 0, alreadyImported: 1, badRows: 0 }, bad: [] };
    expect(await imported([row(id, ...given)], header)).toEqual(again);
    // Rows of one order may be spelled differently too.
    const rows = [row(`${id}-rows`), row(`${id}-rows`, ...given)];
    expect((await imported(rows, header)).summary).toMatchObject({ imported: 1, badRows: 0 });
  });

  test.each<[string, [placedAt?: string | undefined, email?: string | undefined, note?: string]]>([
    ['time', ['2019-07-01T10:00:00+01:00']],
    ['second', ['2019-07-01T10:00:01Z']],
    ['mailbox', [undefined, 'zoe@müller.de']],
    ['domain', [undefined, 'zoë@muller.de']],
    ['note', [undefined, undefined, 'Cafe']],
  ])('with another %s is a conflict', async (name, given) => {
    await imported([row(`D-${name}`)], header);
    const { bad } = await imported([row(`D-${name}`, ...given)], header);
    expect(bad).toEqual([expect.stringContaining('order-conflict')]);
    const rows = [row(`D-${name}-rows`), row(`D-${name}-rows`, ...given)];
    expect((await imported(rows, header)).bad[0]).toContain('The rows of this order differ in');
  });
});
