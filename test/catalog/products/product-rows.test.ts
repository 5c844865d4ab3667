import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { productOfRows, rowsOfProduct } from '../../../functions/catalog/products/product-rows.ts';
import { mediaKinds, ProductRecord } from '../../../shared/catalog/product.ts';
import { productColumns } from '../../../shared/contracts/catalog/columns/product-columns.ts';
import { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import { rowParser } from '../../../shared/csv/columns.ts';
import { readTable } from '../../../shared/csv/read.ts';
import { csvFile } from '../../../shared/csv/write.ts';

const names = Object.keys(productColumns);
const readCells = rowParser(productColumns);

/** The content of the rows of one product, or why they are refused. */
async function read(csv: string) {
  const rows: { row: number; cells: ReturnType<typeof cellsOf> }[] = [];
  await readTable(Readable.from([csv]), productColumns, (found) => {
    rows.push(...found.map(({ row, fields = {} }) => ({ row, cells: cellsOf(fields) })));
  });
  const [first, ...others] = rows;
  if (!first) throw new Error('The file has rows');
  return productOfRows([first, ...others]);
}
function cellsOf(fields: Readonly<Record<string, string>>) {
  const parsed = readCells(fields);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.content;
}

/** Texts that a PUT keeps as they are, many of which a spreadsheet would change. */
const textOf = (max: number) =>
  fc
    .oneof(
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
      fc.string({ unit: fc.constantFrom("'", '=', '-', '0', '1', 'E', '.', '/', '"', ',', ';', '\n', '\r', ' ', 'ü') }),
      fc.constantFrom('+44 20', '00123', '=1+1', "'=1", '1E5', '3/4', 'MAR1', 'true', '-'),
    )
    .map((text) => text.trim().slice(0, max).trim())
    .filter((text) => text !== '' && !/[\0\uFFFD]/.test(text));
const name = fc.constantFrom('colour', 'size', 'fabric', 'origin', 'capacity');
const material = fc.record(
  { material: textOf(50), percent: fc.integer({ min: 1, max: 100 }) },
  { requiredKeys: ['material'] },
);
const attribute = fc.oneof(
  fc.record({ type: fc.constant('text'), value: textOf(500) }),
  fc.record({ type: fc.constant('number'), value: number(), unit: textOf(20) }, { requiredKeys: ['type', 'value'] }),
  fc.record(
    { type: fc.constant('colour'), value: textOf(50), hex: fc.constant('#1f2a44') },
    { requiredKeys: ['type', 'value'] },
  ),
  fc.record({ type: fc.constant('size'), value: textOf(30), system: textOf(20) }, { requiredKeys: ['type', 'value'] }),
  fc.record({ type: fc.constant('material'), value: fc.array(material, { minLength: 1, maxLength: 4 }) }),
);
function number() {
  return fc.oneof(
    fc.integer(),
    fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((value) => value || 0),
  );
}
const attributes = fc
  .array(fc.tuple(name, attribute), { maxLength: 4 })
  .map((pairs) => [...new Map(pairs)].map(([own, rest]) => Object.assign({ name: own }, rest)));
const media = fc.record(
  { url: fc.webUrl({ validSchemes: ['https'] }), alt: textOf(300), kind: fc.constantFrom(...mediaKinds) },
  { requiredKeys: ['url'] },
);
const content = fc
  .record(
    {
      title: textOf(300),
      description: textOf(1000),
      brand: textOf(100),
      categoryId: fc.constant('tea'),
      seoTitle: textOf(200),
      seoDescription: textOf(500),
      position: fc.integer({ min: 0, max: 1_000_000 }),
      status: fc.constantFrom('draft', 'published', 'archived'),
      launchAt: fc.constantFrom('2028-03-20T09:00', '2028-10-29T01:30:00Z'),
      timeZone: fc.constantFrom('Europe/London', 'Asia/Taipei'),
      labels: fc.array(textOf(50), { maxLength: 4 }),
      media: fc.array(media, { maxLength: 3 }),
      attributes,
      variants: fc
        .uniqueArray(fc.constantFrom('A', '1E5', 'B-2', '00123'), { maxLength: 3 })
        .chain((skus) => fc.tuple(...skus.map((sku) => attributes.map((own) => ({ sku, attributes: own }))))),
    },
    { requiredKeys: ['title'] },
  )
  .filter((each) => ProductContent.safeParse(each).success)
  .map((each) => ProductContent.parse(each));

test('every product is the same after its rows were written and read', async () => {
  await fc.assert(
    fc.asyncProperty(content, async (wanted) => {
      const rows = rowsOfProduct(ProductRecord.parse({ productId: 'p', ...wanted }));
      const cells = rows.map((row) => Object.values(productColumns).map(({ write }) => write(row)));
      expect(await read(csvFile(names, cells))).toEqual({ places: expect.anything() as unknown, content: wanted });
    }),
  );
});

const header =
  'productId,title,mediaUrl,mediaAlt,mediaKind,sku,attribute,attributeType,attributeValue,attributeDetail,label\n';
const first = 'p,Tea,,,,,,,,,\n';

describe('the rows of a product are refused with row and column', () => {
  test.each<[string, string, string]>([
    ['without a title', 'p,,,,,,,,,,\n', 'title: Invalid input'],
    ['with two titles', `${first}p,Coffee,,,,,,,,,\n`, 'row 3, title: The value is not that of row 2'],
    ['with media without https', `${first}p,,http://a.example/x.jpg,,,,,,,,\n`, 'row 3, mediaUrl: A media URL'],
    ['with a text of no media', `${first}p,,,A tin,,,,,,,\n`, 'row 3, mediaUrl: The cell is empty'],
    ['with a type of no attribute', `${first}p,,,,,,,size,,,\n`, 'row 3, attribute: The cell is empty'],
    ['with an attribute without type', `${first}p,,,,,,size,,M,,\n`, 'row 3, attributeType: The cell is empty'],
    ['with an attribute without value', `${first}p,,,,,,size,size,,,\n`, 'row 3, attributeValue: The cell is empty'],
    ['with a number that is a text', `${first}p,,,,,,net,number,1 kg,,\n`, 'row 3, attributeValue: Not a number'],
    [
      'with a detail of a text',
      `${first}p,,,,,,care,text,Wash,x,\n`,
      'row 3, attributeDetail: An attribute of type text',
    ],
    ['with half a percent', `${first}p,,,,,,fabric,material,wool,0.5,\n`, 'row 3, attributeDetail: '],
    [
      'with a share that is a text',
      `${first}p,,,,,,fabric,material,wool,half,\n`,
      'row 3, attributeDetail: Not a whole',
    ],
    [
      'with a colour code that is none',
      `${first}p,,,,,,hue,colour,Navy,navy,\n`,
      'row 3, attributeDetail: A colour is',
    ],
    ['with an attribute in capitals', `${first}p,,,,,,Size,size,M,,\n`, 'row 3, attribute: An attribute name has'],
    ['with a variant twice', `${first}p,,,,,A,,,,,\np,,,,,A,,,,,\n`, 'row 4, sku: A is in row 3 already'],
    ['with a long label', `${first}p,,,,,,,,,,${'x'.repeat(51)}\n`, 'row 3, label: Too big'],
    [
      'with two errors',
      `${first}p,,,,,A,Size,size,M,,\np,,ftp://x,,,,,,,,\n`,
      'row 4, mediaUrl: A media URL is an absolute https address; row 3, attribute: ',
    ],
  ])('%s', async (_name, rows, reason) => {
    const refused = await read(header + rows);
    expect('reason' in refused ? refused.reason : refused).toContain(reason);
    expect(refused).toMatchObject({ reason: expect.stringMatching(/^invalid: /) as unknown });
  });
});

test('the rows of materials are one attribute, and rows may repeat the fields of the first', async () => {
  const rows = `${first}p,Tea,,,,A,fabric,material,wool,70,gift\np,,,,,A,fabric,material,silk,30,\np,,,,,A,size,size,M,EU,\n`;
  expect(await read(header + rows)).toMatchObject({
    content: {
      title: 'Tea',
      labels: ['gift'],
      attributes: [],
      variants: [
        {
          sku: 'A',
          attributes: [
            {
              name: 'fabric',
              value: [
                { material: 'wool', percent: 70 },
                { material: 'silk', percent: 30 },
              ],
            },
            { name: 'size', value: 'M', system: 'EU' },
          ],
        },
      ],
    },
  });
});
