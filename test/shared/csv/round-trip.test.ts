import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { postcodeValidator } from 'postcode-validator';
import { expect, test } from 'vitest';
import { readTable, type TableRow } from '../../../shared/csv/read.ts';
import { fromSpreadsheet } from '../../../shared/csv/spreadsheet-text.ts';
import { type Cell, csvFile } from '../../../shared/csv/write.ts';

const columns = {
  a: { description: 'Text.', example: 'x' },
  b: { description: 'Text.', example: 'x' },
  c: { description: 'Number.', example: '1' },
};

async function fieldsOf(file: string) {
  const rows: TableRow[] = [];
  const end = await readTable(Readable.from([file]), columns, (more) => void rows.push(...more));
  return { ...end, fields: rows.map(({ fields, problem }) => problem ?? fields) };
}
const cellOf = (...cells: Cell[]) => csvFile(['a'], [cells]).split('\n')[1];

/** NUL and U+FFFD are refused: files have them by accident only. Blank cells are empty ones. */
const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme' }) },
    fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', '0', '1', 'E', '.', '/', '"', ',', ';', '\t', '\n', '\r', ' ', 'ü'),
    }),
    fc.constantFrom(
      '+44 20 7946 0000',
      '00123',
      '=1+1',
      "'=1",
      "''00123",
      '1E5',
      '3/4',
      'MAR1',
      '12345678901234567890',
      '@x',
      '-',
      '\r',
    ),
  )
  .filter((each) => each.trim() !== '' && !/[\0\uFFFD]/.test(each));

test('what is written is read, whatever the texts and numbers', async () => {
  const row = fc.record({ a: text, b: fc.option(text), c: fc.integer() });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
      const file = csvFile(
        ['a', 'b', 'c'],
        rows.map(({ a, b, c }) => [a, b ?? undefined, c]),
      );
      const { fields, encoding, separator } = await fieldsOf(file);
      expect(fields).toEqual(rows.map(({ a, b, c }) => ({ a, ...(b !== null && { b }), c: String(c) })));
      expect({ encoding, separator }).toEqual({ encoding: 'UTF-8', separator: ',' });
    }),
  );
});

test('another reader of CSV finds the same cells, and none that a spreadsheet would run', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (texts) => {
      const file = csvFile(
        ['a'],
        texts.map((each) => [each]),
      );
      const [, ...cells] = parse(file, { bom: true, record_delimiter: '\n' }).map(([cell = '']) => cell);
      expect(cells.map(fromSpreadsheet)).toEqual(texts);
      for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});

test.each([
  ['01067', 'DE'],
  ['00501', 'US'],
  ['1011 AB', 'NL'],
  ['04-123', 'PL'],
  ['110 00', 'CZ'],
  ['0010', 'NO'],
])('the postal code %s is still valid in %s after it was written and read', async (postalCode, country) => {
  const { fields } = await fieldsOf(csvFile(['a', 'b'], [[postalCode, country]]));
  expect(fields).toEqual([{ a: postalCode, b: country }]);
  expect(postcodeValidator(String(Object(fields[0]).a), country)).toBe(true);
});

test.each([
  ['+44 20 7946 0000', "'+44 20 7946 0000"],
  ['00123', "'00123"],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['1E5', "'1E5"],
  ['3/4', "'3/4"],
  ['MAR1', "'MAR1"],
  ['2-May', "'2-May"],
  ['1234567890123456', "'1234567890123456"],
  ["'=1", "''=1"],
  ['12345', '12345'],
  ['0', '0'],
  ['SW1A 1AA', 'SW1A 1AA'],
  ['May', 'May'],
  ['2026-11-30', '2026-11-30'],
  ['2026-11-30T09:15:00Z', '2026-11-30T09:15:00Z'],
  ["O'Hara", "O'Hara"],
  [' blank', '" blank"'],
  [-5, '-5'],
  [undefined, ''],
])('writes %j as %s', (value, cell) => expect(cellOf(value)).toBe(cell));

test('a file starts with a byte order mark, so that a spreadsheet reads UTF-8', () => {
  expect(
    Buffer.from(csvFile(['a'], [['Zürich']]))
      .subarray(0, 4)
      .toString('hex'),
  ).toBe('efbbbf61');
});
