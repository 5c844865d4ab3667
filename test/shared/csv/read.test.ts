import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable, type TableRow } from '../../../shared/csv/read.ts';

const columns = {
  id: { required: true, description: 'Id.', example: 'a' },
  city: { description: 'City.', example: 'London' },
  unitCount: { description: 'Units.', example: '3' },
} as const;
type Chunks = readonly (Buffer | string)[];

async function read(chunks: Chunks, options?: { maxRows?: number; maxCharacters?: number }) {
  const rows: TableRow[] = [];
  const end = await readTable(Readable.from(chunks), columns, (more) => void rows.push(...more), options);
  return { ...end, rows, shown: rows.map(({ row, cells, problem }) => `${row} ${problem ?? cells.join('|')}`) };
}
const utf16be = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
const western = (text: string) => Buffer.from(text, 'latin1');
/** A short file one byte at a time, a long one in a hundred parts. */
function partsOf(file: Buffer | string): Buffer[] {
  const bytes = Buffer.from(file);
  const size = bytes.length < 1000 ? 1 : Math.ceil(bytes.length / 100);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

const zurich = 'id,city\na,Zürich\nb,Ünterägeri\n';
test.each<[string, Buffer | string, string, string?]>([
  ['UTF-8', zurich, 'UTF-8'],
  ['UTF-8 with a byte order mark', `\uFEFF${zurich}`, 'UTF-8'],
  ['UTF-16LE', Buffer.from(`\uFEFF${zurich}`, 'utf16le'), 'UTF-16LE'],
  ['UTF-16BE', utf16be(zurich), 'UTF-16BE'],
  ['Windows-1252', western(zurich), 'Windows-1252'],
  ['semicolons', zurich.replaceAll(',', ';'), 'UTF-8', ';'],
  ['tabs', zurich.replaceAll(',', '\t'), 'UTF-8', '\t'],
  [
    'tabs in UTF-16, as Excel writes "Unicode text"',
    Buffer.from(`\uFEFF${zurich.replaceAll(',', '\t')}`, 'utf16le'),
    'UTF-16LE',
    '\t',
  ],
  ['a first line sep=;', `sep=;\r\n${zurich.replaceAll(',', ';')}`, 'UTF-8', ';'],
  ['a first line "sep=,"', `"sep=,"\n${zurich}`, 'UTF-8'],
  ['a semicolon file with one quoted cell', 'id;city\na;"Zürich"\nb;Ünterägeri\n', 'UTF-8', ';'],
  ['commas in quoted names of a semicolon file', '"id";"city"\na;"Zürich"\nb;Ünterägeri\n', 'UTF-8', ';'],
  ['Windows line ends', zurich.replaceAll('\n', '\r\n'), 'UTF-8'],
  ['line ends of old Macs', zurich.replaceAll('\n', '\r'), 'UTF-8'],
  ['no line end at the end', zurich.trim(), 'UTF-8'],
  ['upper-case names and blanks', zurich.replace('id,city', ' ID , "City" '), 'UTF-8'],
  ['trailing empty columns', 'id,city,,\na,Zürich,,\nb,Ünterägeri\n', 'UTF-8'],
  ['quotes around every cell', '"id","city"\n"a","Zürich"\n"b","Ünterägeri"\n', 'UTF-8'],
  ['blanks before quotes', 'id, "city"\n "a", "Zürich" \nb,"Ünterägeri"\n', 'UTF-8'],
])('reads a file with %s', async (_name, file, encoding, separator = ',') => {
  for (const chunks of [[file], partsOf(file)]) {
    const { shown, ...end } = await read(chunks);
    expect(shown).toEqual(['2 a|Zürich', '3 b|Ünterägeri']);
    expect(end).toMatchObject({ encoding, separator });
    expect(end).not.toHaveProperty('refused');
  }
});

const many = (count: number) => 'x'.repeat(count);
test.each<[string, Buffer | string, string | RegExp, number?]>([
  ['nothing', '', 'The file is empty: it has no header'],
  ['blank lines only', '\n \n,,\n', 'The file is empty: it has no header'],
  ['a byte order mark only', '\uFEFF', 'The file is empty: it has no header'],
  ['a header only', 'id,city\n', 'The file has no rows below its header'],
  ['a header and blank rows', 'id,city\n\n,\n', 'The file has no rows below its header', 3],
  ['an Excel workbook', Buffer.from('504b030414000600080000002100', 'hex'), /Excel workbook \(\.xlsx\).*CSV UTF-8/],
  ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), /Excel workbook \(\.xls\)/],
  ['a gzip file', gzipSync(zurich), /gzip/],
  ['a PDF document', '%PDF-1.7\n%âãÏÓ\n', /PDF/],
  ['a Parquet file', Buffer.from('PAR1\0\0\0\0'), /Parquet/],
  ['a PNG image', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), /image/],
  ['random bytes', Buffer.from('0001020304050607fffefdfc', 'hex'), /NUL bytes/],
  ['UTF-16 without a byte order mark', Buffer.from(zurich, 'utf16le'), /UTF-16 without a byte order mark/],
  ['UTF-32', Buffer.from('fffe000069000000', 'hex'), /UTF-32/],
  ['pipes', zurich.replaceAll(',', '|'), /separated by "\|"; separate cells by commas, semicolons or tabs/],
  ['a line sep=|', 'sep=|\nid|city\n', /sep= states "\|"/],
  ['another header', 'name,price\nMug,3\n', 'The header lacks id; it has "name", "price"'],
  ['an unknown column', 'id,colour\na,red\n', 'The header has unknown columns: "colour"'],
  ['a mistyped column', 'id,ctiy\na,b\n', 'The header has unknown columns: "ctiy"; did you mean city?'],
  ['the column __proto__', 'id,__proto__\na,1\n', 'The header has unknown columns: "__proto__"'],
  ['the column constructor', 'id,constructor\na,1\n', /unknown columns: "constructor"/],
  ['a column twice, once in upper case', 'id,city,CITY\na,b,c\n', 'The header has a column twice: "city"'],
  ['an unnamed column between others', 'id,,city\na,,b\n', 'The header has unknown columns: ""'],
  ['more columns than the limit', `id${',x'.repeat(300)}\n`, /has 301 columns; 200 is the most/],
  ['a header with an open quote', 'id,"city\na,b\n', /Cell 2 opens a quote/],
  ['a header with a quote in a cell', 'id,ci"ty\na,b\n', /^Cell 2 has a quote/],
  ['a header below a blank row, with a quote in a cell', '\nid,ci"ty\na,b\n', /^Cell 2 has a quote/, 2],
  ['one line without end', many(200_000), /longer than 65536 characters/],
  ['an endless quote', `"${many(200_000)}`, /opens a quote/],
  ['HTML', '<!DOCTYPE html>\n<html><body>Not found</body></html>\n', /lacks id/],
  ['JSON', '{"id":"a"}\n', /lacks id|quote/],
])('refuses a file with %s', async (_name, file, reason, row = 1) => {
  for (const chunks of [[file], partsOf(file)]) {
    const { rows, refused } = await read(chunks);
    expect(rows).toEqual([]);
    expect(refused?.row).toBe(row);
    expect(refused?.reason).toMatch(reason);
  }
});

const quoteInCell = 'has a quote but does not start with one; put the cell in quotes and double each quote in it';
const textAfter = 'has text after its closing quote; double each quote in the cell';
const wrongCells = (cells: number) =>
  `has ${cells} cells, the header 2; quote a cell that contains the separator or a line break`;
const unreadable = (text: string) =>
  `has characters that are not readable, such as "${text}"; save the file as "CSV UTF-8"`;
test.each<[string, Buffer | string, string]>([
  ['a quote in an unquoted cell', 'b,3" nail', `3 Cell 2 ${quoteInCell}`],
  ['two quotes in an unquoted cell', 'b,the "old" town', `3 Cell 2 ${quoteInCell}`],
  ['a quote at the end of a cell', 'b,19"', `3 Cell 2 ${quoteInCell}`],
  ['text after a closing quote', 'b,"Stow" on the Wold', `3 Cell 2 ${textAfter}`],
  ['quotes that are not doubled', '"the "b"",c', `3 Cell 1 ${textAfter}`],
  ['too few cells', 'b', `3 ${wrongCells(1)}`],
  ['too many cells', 'b,c,d', `3 ${wrongCells(3)}`],
  ['a decimal comma in a file with commas', 'b,12,50', `3 ${wrongCells(3)}`],
  ['another separator', 'b;c', `3 ${wrongCells(1)}`],
  ['a replacement character', 'b,Z\uFFFDrich', `3 ${unreadable('Z\uFFFDrich')}`],
  ['a byte that no encoding has', Buffer.from('b,Z\x81rich', 'latin1'), `3 ${unreadable('Z\uFFFDrich')}`],
  ['ü of code page 850', Buffer.from('b,M\x81ller', 'latin1'), `3 ${unreadable('M\uFFFDller')}`],
  ['é of code page 437', Buffer.from('b,caf\x82', 'latin1'), `3 ${unreadable('caf\uFFFD')}`],
  ['ü of Mac Roman', Buffer.from('b,Z\x9frich', 'latin1'), `3 ${unreadable('Z\uFFFDrich')}`],
  ['Shift-JIS', Buffer.from('b,\x93\x8c\x8b\x9e', 'latin1'), `3 ${unreadable('\uFFFD'.repeat(4))}`],
  [
    'half a surrogate pair in UTF-8',
    Buffer.from('b,x\xed\xa0\x80', 'latin1'),
    `3 ${unreadable('x\uFFFD\uFFFD\uFFFD')}`,
  ],
  ['a NUL byte', 'b,x\0', `3 ${unreadable('x\\u0000')}`],
  ['a truncated character', Buffer.from('b,\xf0\x9f\x98', 'latin1'), `3 ${unreadable('\uFFFD')}`],
  ['a row over the limit', `b,${many(70_000)}`, '3 The row is longer than 65536 characters'],
  ['a row far over the limit', `b,${many(1_000_000)}`, '3 The row is longer than 65536 characters'],
])('reads the rows around a row with %s', async (_name, line, problem) => {
  const file = Buffer.concat([Buffer.from('id,city\na,1\n'), Buffer.from(line), Buffer.from('\nc,3\r\n"d","4"\n')]);
  for (const chunks of [[file], partsOf(file)]) {
    const { shown, ...end } = await read(chunks);
    expect(shown).toEqual(['2 a|1', problem, '4 c|3', '5 d|4']);
    expect(end).not.toHaveProperty('unreadFrom');
  }
});

test.each<[string, string, RegExp]>([
  ['a quote that is never closed', 'b,"open\nc,3\nd,4\n', /^Cell 2 opens a quote that is not closed/],
  ['a quote that a later row closes', 'b,"open\nc,"3"\nd,4\n', /^Cell 2 has text after its closing quote/],
  ['a quote that is closed beyond the limit', `b,"open\n${'c,3\n'.repeat(20_000)}d,"4"\n`, /not closed within 65536/],
  ['a quote open at the end', 'b,"', /opens a quote/],
  ['a quoted cell over the limit', `b,"${many(65_536)}"\nc,3\n`, /not closed within 65536/],
])('reads nothing from a row on with %s', async (_name, lines, reason) => {
  const file = `id,city\na,1\n${lines}`;
  for (const chunks of [[file], partsOf(file), ['id,city\na,1\n', lines]]) {
    const { shown, unreadFrom } = await read(chunks);
    expect(shown.slice(0, 1)).toEqual(shown.length > 0 ? ['2 a|1'] : []);
    expect(unreadFrom).toMatchObject({ row: 3, reason: expect.stringMatching(reason) });
  }
});

test('refuses rows in another encoding than the first row with other letters than ASCII', async () => {
  const latin = await read([western('id,city\na,Zürich\n'), 'b,Genève\n', western('c,Köln\n')]);
  expect(latin.shown).toEqual(['2 a|Zürich', `3 ${unreadable('Gen\uFFFDve')}`, '4 c|Köln']);
  const utf8 = await read(['id,city\na,Zürich\n', western('b,Genève\n'), 'c,Köln\n']);
  expect(utf8.shown).toEqual(['2 a|Zürich', `3 ${unreadable('Gen\uFFFDve')}`, '4 c|Köln']);
});

test('every file has an answer, which does not depend on the chunks in which it arrives', async () => {
  const part = fc.oneof(
    fc.constantFrom(
      'id,city\n',
      'id;city\r\n',
      'sep=;\n',
      '\uFEFF',
      'a,b\n',
      'c;d\n',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\r',
      '\n',
      '\0',
      'ü',
      '\uFFFD',
      ' ',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  const file = fc.array(part, { maxLength: 20 }).map((parts) => Buffer.concat(parts.map((each) => Buffer.from(each))));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', 'id,city\n'),
      file,
      fc.integer({ min: 1, max: 9 }),
      async (start, rest, size) => {
        const bytes = Buffer.concat([Buffer.from(start), rest]);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        const { rows, refused, unreadFrom } = await read([bytes]);
        const answers = rows.length + Number(refused !== undefined) + Number(unreadFrom !== undefined);
        expect(answers).toBeGreaterThan(0);
        expect(await read(chunks)).toMatchObject({
          rows,
          ...(refused && { refused }),
          ...(unreadFrom && { unreadFrom }),
        });
      },
    ),
  );
});

test('numbers rows as a spreadsheet shows them', async () => {
  const { shown } = await read(['sep=,\n\nid,city\na,1\n\n"b\nc",2\r\n , \nd,3\n']);
  expect(shown).toEqual(['3 a|1', '5 b\nc|2', '7 d|3']);
});

test('has the cells of a row by column, without empty ones', async () => {
  const { rows } = await read(['UNITCOUNT,id,city\n3,a,\n']);
  expect(rows).toEqual([{ row: 2, cells: ['3', 'a', ''], fields: { unitCount: '3', id: 'a' } }]);
});

test('stops at a number of rows', async () => {
  const { shown, unreadFrom } = await read(['id\na\nb\nc\nd\n'], { maxRows: 2 });
  expect(shown).toEqual(['2 a', '3 b']);
  expect(unreadFrom).toMatchObject({ row: 4, reason: 'The file has more than 2 rows; split it' });
});

test('stops at a number of characters', async () => {
  const { rows, unreadFrom } = await read(['id\na\n', 'bcd\n', `${many(100)}\n`, 'c\n'], { maxCharacters: 50 });
  expect(rows.map(({ row }) => row)).toEqual([2, 3]);
  expect(unreadFrom).toMatchObject({ row: 4, reason: 'The file has more than 50 characters; split it' });
});

test('an error of the body or of the caller is thrown', async () => {
  const failing = async function* () {
    yield 'id\na\n';
    throw new Error('The connection was lost');
  };
  await expect(readTable(failing(), columns, () => {})).rejects.toThrow('lost');
  const refuse = () => Promise.reject(new Error('The function crashed'));
  await expect(readTable(Readable.from(['id\na\n']), columns, refuse)).rejects.toThrow('crashed');
});
