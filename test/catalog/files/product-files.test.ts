import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { openCatalogueFiles } from './catalogue-files.ts';

const { db } = databaseForEach();
const open = (clock?: () => number) => openCatalogueFiles(db, clock);
const counts = (accepted: number, changed: number, rejected: number) => ({ accepted, changed, rejected });
const eventTypes = async (partition: string) =>
  (await eventsOf(db, tables.CATALOG_TABLE_NAME, partition)).map(({ detailType }) => detailType);

const skuFile = (...skus: string[]) =>
  `sku,name,priceMinor,currency\n${skus.map((sku) => `${sku},${sku},100,GBP\n`).join('')}`;
const categoryHeader =
  'categoryId,name,parentId,position,requiredFields,minMarginBasisPoints,belowMargin,attribute,attributeType,attributeOf,attributeRequired\n';
const categories = `${categoryHeader}shirts,Shirts,clothes,,,,,fabric,material,,true
clothes,Clothes,,10,description media,2000,approve,size,size,variant,true
clothes,,,,,,,colour,colour,variant,
`;
const productHeader =
  'productId,title,categoryId,status,launchAt,timeZone,label,mediaUrl,sku,attribute,attributeType,attributeValue,attributeDetail\n';
const shirt = `shirt,A shirt,shirts,published,2028-03-20T09:00,Asia/Taipei,spring,https://cdn.example.com/a.jpg,,fabric,material,cotton,80
shirt,,,,,,,,,fabric,material,wool,20
shirt,,,,,,,,S,size,size,S,
shirt,,,,,,,,M,size,size,M,
`;

test('categories and products are imported, exported and imported again without a change', async () => {
  const { upload, exported, products } = open();
  await upload('skus', skuFile('S', 'M'));
  const tree = await upload('categories', categories);
  expect(tree.summary).toMatchObject({ rows: 3, ...counts(3, 3, 0) });
  const file = `${productHeader}${shirt}book,A book,,,,,,,,,,,\n`;
  expect((await upload('products', file)).summary).toMatchObject({ rows: 5, ...counts(5, 5, 0) });
  const { current, categories: stored } = await products.load('shirt', []);
  expect(current?.record).toMatchObject({
    publishedFrom: '2028-03-20T01:00:00.000Z',
    attributes: [{ name: 'fabric', value: [{ material: 'cotton', percent: 80 }, {}] }],
    variants: [{ sku: 'S' }, { sku: 'M' }],
  });
  expect(stored.get('clothes')).toMatchObject({
    requiredFields: ['description', 'media'],
    minMarginBasisPoints: 2000,
    belowMargin: 'approve',
    attributes: [
      { name: 'size', of: 'variant', required: true },
      { name: 'colour', required: false },
    ],
  });
  for (const kind of ['categories', 'products'] as const) {
    const again = await upload(kind, await exported(kind));
    expect(again.summary, kind).toMatchObject({ changed: 0, rejected: 0 });
  }
  expect((await upload('products', file)).summary).toMatchObject(counts(5, 0, 0));
  expect(await eventTypes('PRODUCT#shirt')).toEqual(['ProductChanged']);
  expect(await eventTypes('CATEGORY#clothes')).toEqual(['CategoryChanged']);
});

test('an export is imported without a change after the launch of its products', async () => {
  let now = Date.UTC(2028, 0, 1);
  const { upload, exported } = open(() => now);
  await upload('skus', skuFile('S', 'M'));
  await upload('categories', categories);
  await upload('products', productHeader + shirt);
  const before = await exported('products');
  now = Date.UTC(2028, 6, 1);
  expect((await upload('products', before)).summary).toMatchObject(counts(4, 0, 0));
});

test('more categories than one transaction has are saved, and their events', async () => {
  const { upload, categories: store } = open();
  const rows = Array.from({ length: 230 }, (_, index) => `c${index},C,${index < 229 ? 'c229' : ''},,,,,,,,\n`);
  expect((await upload('categories', categoryHeader + rows.join(''))).summary).toMatchObject(counts(230, 230, 0));
  expect((await store.read()).categories.size).toBe(230);
  expect(await eventTypes('CATEGORY#c0')).toEqual(['CategoryChanged']);
});

test('a SKU moves from one product to another in one file, whatever their order', async () => {
  const { upload, products } = open();
  await upload('skus', skuFile('S', 'M'));
  const header = 'productId,title,sku,attribute,attributeType,attributeValue\n';
  await upload('products', `${header}b,B,S,size,size,S\nb,,M,size,size,M\n`);
  const moved = await upload('products', `${header}a,A,M,size,size,M\nb,B,S,size,size,S\n`);
  expect(moved.summary).toMatchObject(counts(2, 2, 0));
  expect((await products.load('a', [])).current?.record.variants).toMatchObject([{ sku: 'M' }]);
});

describe('a row that cannot be saved refuses its product or category, and the others are saved', () => {
  test.each<[string, string, string[], number]>([
    ['with an unknown SKU', 'bad,Bad,,,,,,,NONE,,,,\n', ['sku: NONE is not in the catalogue'], 2],
    ['with a SKU of another product', 'bad,Bad,,,,,,,S,,,,\n', ['sku: S is a variant of the product shirt'], 2],
    ['with an unknown category', 'bad,Bad,shits,,,,,,,,,,\n', ['categoryId: There is no category shits', 'shirts'], 2],
    ['with an unknown status', 'bad,Bad,,gone,,,,,,,,,\n', ['status: '], 2],
    ['with a launch in the past', 'bad,Bad,,published,2020-01-01T09:00,,,,,,,,\n', ['launchAt: ', 'in the past'], 2],
    [
      'with a launch that clocks skip',
      'bad,Bad,,published,2028-03-26T01:30,Europe/London,,,,,,,\n',
      ['launchAt: ', 'skip'],
      2,
    ],
    ['with an unknown zone', 'bad,Bad,,published,2028-03-20T09:00,Europe/Londn,,,,,,,\n', ['timeZone: ', 'London'], 2],
    [
      'with an attribute of another type than its category',
      'bad,Bad,shirts,,,,,,L,size,text,L,\n',
      ['attributeType: The category has size as size'],
      2,
    ],
    [
      'with too many cells in its second row',
      'bad,Bad,,,,,,,,,,,\nbad,,,,,,,,,,,,,,x\n',
      ['has 15 cells', 'row 7 of it'],
      3,
    ],
    [
      'with a bad cell in its first row',
      'bad,Bad,,gone,,,,,,,,,\nbad,Bad,,,,,,,,,,,\n',
      ['status: ', 'row 6 of it'],
      3,
    ],
    ['with rows in two places', 'bad,Bad,,,,,,,,,,,\nmore,More,,,,,,,,,,,\nbad,Bad,,,,,,,,,,,\n', ['repeated: '], 3],
    ['without an id', ',Bad,,,,,,,,,,,\n', ['productId: The cell is empty'], 2],
    ['with an id that is none', 'a b,Bad,,,,,,,,,,,\n', ['productId: An id'], 2],
  ])('a product %s', async (_name, rows, reasons) => {
    const { upload, products } = open();
    await upload('skus', skuFile('S', 'M', 'L'));
    await upload('categories', categories);
    await upload('products', productHeader + shirt);
    const last = 'last,Last,,,,,,,,,,,\n';
    const { summary, lines } = await upload('products', `${productHeader}${shirt}${rows}${last}`);
    const rejected = lines.filter((line) => line.includes(',rejected,'));
    expect(summary).toMatchObject({ rejected: rejected.length });
    for (const reason of reasons)
      expect(
        rejected.some((line) => line.includes(reason)),
        lines.join('\n'),
      ).toBe(true);
    expect((await products.load('bad', [])).current).toBeUndefined();
    expect((await products.load('last', [])).current).toBeDefined();
  });

  test('a row without a readable id refuses the product before it, which keeps its variants', async () => {
    const { upload, products } = open();
    await upload('skus', skuFile('S', 'M'));
    await upload('categories', categories);
    await upload('products', productHeader + shirt);
    const broken = shirt.replace('shirt,,,,,,,,M', ',,,,,,,,M');
    const { lines } = await upload('products', `${productHeader}${broken}last,Last,,,,,,,,,,,\n`);
    expect(lines.slice(0, 3).every((line) => line.includes('row 5 of it cannot be read'))).toBe(true);
    expect((await products.load('shirt', [])).current?.record.variants).toHaveLength(2);
    expect((await products.load('last', [])).current).toBeDefined();
  });

  test.each<[string, string, string]>([
    ['with an unknown parent', 'bad,Bad,clths,,,,,,,,\n', 'parentId: There is no category clths'],
    ['below itself', 'bad,Bad,bad,,,,,,,,\n', 'parentId: A category cannot be below itself: bad → bad'],
    ['in a cycle', 'bad,Bad,worse,,,,,,,,\nworse,Worse,bad,,,,,,,,\n', 'bad → worse → bad'],
    ['without a name', 'bad,,,,,,,,,,\n', 'name: '],
    ['with a field that none requires', 'bad,Bad,,,media titel,,,,,,\n', 'requiredFields: '],
    ['with a margin that is no number', 'bad,Bad,,,,20 %,,,,,\n', 'minMarginBasisPoints: Not a whole number'],
    ['with an unknown choice', 'bad,Bad,,,,,ask,,,,\n', 'belowMargin: '],
    [
      'with an attribute of another type than above',
      'bad,Bad,clothes,,,,,size,text,,\n',
      'attribute: The category clothes has',
    ],
    ['with an attribute twice', 'bad,Bad,,,,,,x,text,,\nbad,,,,,,,x,text,,\n', 'row 6, attribute: The attribute x'],
    ['with an owner of no attribute', 'bad,Bad,,,,,,,,variant,\n', 'attribute: The cell is empty'],
    ['with two names', 'bad,Bad,,,,,,,,,\nbad,Worse,,,,,,,,,\n', 'row 6, name: The value is not that of row 5'],
  ])('a category %s', async (_name, rows, reason) => {
    const { upload, categories: store } = open();
    const { summary, lines } = await upload('categories', `${categories}${rows}last,Last,,,,,,,,,\n`);
    expect(
      lines.some((line) => line.includes(',rejected,') && line.includes(reason)),
      lines.join('\n'),
    ).toBe(true);
    expect(summary).toMatchObject({ accepted: 4, changed: 4 });
    expect([...(await store.read()).categories.keys()].toSorted()).toEqual(['clothes', 'last', 'shirts']);
  });
});
