import { describe, expect, test } from 'vitest';
import { completenessOf } from '../../../functions/catalog/products/completeness.ts';
import { type Decision, decide, type StoredProduct } from '../../../functions/catalog/products/decide.ts';
import { requirementsOf } from '../../../shared/catalog/category-tree.ts';
import { maxVariants } from '../../../shared/catalog/product.ts';
import { lastChangeAt } from '../../../shared/catalog/publication.ts';
import { ProductContent } from '../../../shared/contracts/catalog/product-routes.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { aSku, noon } from '../../support/builders.ts';
import { aProduct, clothes, colour, size } from './product-builders.ts';

const skus = new Map(
  [
    aSku({ sku: 'S' }),
    aSku({ sku: 'M' }),
    aSku({ sku: 'L', product: { productId: 'shirt', status: 'draft' } }),
    aSku({ sku: 'MUG', product: { productId: 'mugs', status: 'published' } }),
  ].map((sku) => [sku.sku, sku]),
);
/** SKUs with their copies of a stored product. */
const copies = new WeakMap<StoredProduct, typeof skus>();
function put(given: Record<string, unknown>, current?: StoredProduct, ifMatch?: string, now = noon): Decision {
  const snapshot = { current, skus: (current && copies.get(current)) ?? skus, categories: clothes };
  return decide('shirt', aProduct(given), { ...snapshot, timeZone: 'Europe/London' }, ifMatch, now);
}

function stored(given: Record<string, unknown>, now = noon): StoredProduct {
  const decision = put(given, undefined, undefined, now);
  if (decision.kind !== 'create') throw new Error(`Not created: ${JSON.stringify(decision)}`);
  const copied = decision.skus.map(({ sku, product }) => [sku, aSku({ sku, product })] as const);
  copies.set(decision.next, new Map([...skus, ...copied]));
  return decision.next;
}
const variants = [
  { sku: 'S', attributes: [size('S')] },
  { sku: 'M', attributes: [size('M')] },
];
const tomorrow = '2026-03-06T12:00';
const yesterday = '2026-03-04T12:00';
const beforeYesterday = Date.parse('2026-03-01T00:00:00Z');
/** Published with a launch that was in the future when it was put. */
const launched = stored(
  { status: 'published', launchAt: yesterday, withdrawAt: '2026-12-24T18:00', variants },
  beforeYesterday,
);
const launchedContent = { status: 'published', launchAt: yesterday, withdrawAt: '2026-12-24T18:00', variants };
const ended = stored({ status: 'published', withdrawAt: yesterday }, beforeYesterday);
const drafted = stored({ launchAt: yesterday }, beforeYesterday);

describe('a product', () => {
  test.each<[string, Decision, object]>([
    ['is created as a draft', put({}), { kind: 'create', skus: [], announced: undefined, next: { version: 1 } }],
    ['is published at once', put({ status: 'published' }), { kind: 'create', announced: 'launched' }],
    [
      'is scheduled in the zone of the store',
      put({ status: 'published', launchAt: '2026-07-01T09:00', variants: [variants[0]] }),
      {
        kind: 'create',
        announced: undefined,
        next: { record: { timeZone: 'Europe/London', publishedFrom: '2026-07-01T08:00:00.000Z' } },
        skus: [
          { sku: 'S', product: { productId: 'shirt', status: 'published', publishedFrom: '2026-07-01T08:00:00.000Z' } },
        ],
      },
    ],
    [
      'is scheduled in its own zone',
      put({ status: 'published', launchAt: '2026-07-01T09:00', timeZone: 'Asia/Taipei' }),
      { next: { record: { timeZone: 'Asia/Taipei', publishedFrom: '2026-07-01T01:00:00.000Z' } } },
    ],
    ['is unchanged', put(launchedContent, launched), { kind: 'unchanged' }],
    [
      'keeps a launch that has passed, and changes no SKU, when its title changes',
      put({ ...launchedContent, title: 'Other' }, launched),
      { kind: 'replace', skus: [], announced: undefined, next: { version: 2 } },
    ],
    [
      'moves its withdrawal',
      put({ ...launchedContent, withdrawAt: tomorrow }, launched),
      { kind: 'replace', skus: [{ sku: 'S' }, { sku: 'M' }], announced: undefined },
    ],
    [
      'is archived with its times',
      put({ ...launchedContent, status: 'archived' }, launched),
      { kind: 'replace', announced: 'withdrawn', skus: [{ product: { status: 'archived' } }, {}] },
    ],
    [
      'loses a variant and gets another',
      put({ ...launchedContent, variants: [variants[1], { sku: 'L', attributes: [size('L')] }] }, launched),
      { kind: 'replace', skus: [{ sku: 'L', product: { status: 'published' } }, { sku: 'S' }] },
    ],
    [
      'that was withdrawn stays so when its title changes',
      put({ status: 'published', withdrawAt: yesterday, title: 'B' }, ended),
      { kind: 'replace', announced: undefined },
    ],
    [
      'that was withdrawn is sold again',
      put({ status: 'published', withdrawAt: tomorrow }, ended),
      { kind: 'replace', announced: 'launched' },
    ],
    [
      'stays a draft with a launch that has passed',
      put({ launchAt: yesterday, title: 'B' }, drafted),
      { kind: 'replace' },
    ],
    ['is changed for its ETag', put({ title: 'B' }, launched, etagOf(launched)), { kind: 'replace' }],
    ['is not changed for another ETag', put({ title: 'B' }, launched, '"7-x"'), { kind: 'precondition-failed' }],
    ['is not created for an ETag', put({}, undefined, '*'), { kind: 'precondition-failed' }],
  ])('%s', (_name, decision, expected) => expect(decision).toMatchObject(expected));

  test('gives its SKUs its category and the attributes of product and variant, without long texts', () => {
    const decision = put({
      categoryId: 'shirts',
      attributes: [
        { name: 'fabric', type: 'material', value: [{ material: 'cotton' }, { material: 'wool' }] },
        { name: 'care', type: 'text', value: 'x'.repeat(51) },
        { name: 'grams', type: 'number', value: 180 },
      ],
      variants: [variants[0]],
    });
    const attributes = { fabric: ['cotton', 'wool'], grams: ['180'], size: ['S'] };
    expect(decision).toMatchObject({ kind: 'create', skus: [{ product: { categoryId: 'shirts', attributes } }] });
    expect(JSON.stringify('skus' in decision && decision.skus)).not.toContain('care');
  });

  test('gives the copy to SKUs that have an older one, although the product is the same', () => {
    const older = { ...launched };
    const product = { productId: 'shirt', status: 'published' as const };
    copies.set(older, new Map([...skus, ['S', aSku({ sku: 'S', product })], ['M', aSku({ sku: 'M', product })]]));
    expect(put(launchedContent, older)).toMatchObject({ kind: 'replace', skus: [{ sku: 'S' }, { sku: 'M' }] });
  });

  test('reads no product for a SKU that leaves it', () => {
    const decision = put({ variants: [] }, stored({ variants }));
    expect(decision).toMatchObject({ kind: 'replace', skus: [{ sku: 'S' }, { sku: 'M' }] });
    expect(JSON.stringify(decision)).not.toContain('"product"');
  });
});

describe('a product is refused with', () => {
  test.each<[string, Decision, string, string]>([
    [
      'a launch in the past',
      put({ status: 'published', launchAt: yesterday }),
      '/launchAt',
      'in the past. Choose a later time, or leave it out',
    ],
    ['a launch at this moment', put({ launchAt: '2026-03-05T12:00:01' }), '/launchAt', 'in the past'],
    [
      'a launch moved into the past',
      put({ ...launchedContent, launchAt: '2026-03-03T12:00' }, launched),
      '/launchAt',
      'in the past',
    ],
    [
      'a launch of its draft that has passed when it is published',
      put({ status: 'published', launchAt: yesterday }, drafted),
      '/launchAt',
      'in the past',
    ],
    ['a withdrawal in the past', put({ withdrawAt: yesterday }), '/withdrawAt', 'set status to archived'],
    [
      'a withdrawal moved into the past',
      put({ ...launchedContent, withdrawAt: '2026-03-05T11:00' }, launched),
      '/withdrawAt',
      'in the past',
    ],
    [
      'a withdrawal before its launch',
      put({ launchAt: '2026-06-01T09:00', withdrawAt: '2026-05-01T09:00' }),
      '/withdrawAt',
      'not after the launch',
    ],
    [
      'a withdrawal at its launch',
      put({ launchAt: tomorrow, withdrawAt: tomorrow }),
      '/withdrawAt',
      'not after the launch',
    ],
    ['a launch that the clocks skip', put({ launchAt: '2026-03-29T01:30' }), '/launchAt', 'Use 2026-03-29T02:30'],
    [
      'an unknown time zone',
      put({ launchAt: tomorrow, timeZone: 'Europe/Londn' }),
      '/timeZone',
      'did you mean Europe/London?',
    ],
    ['an offset as its time zone', put({ launchAt: tomorrow, timeZone: '+01:00' }), '/timeZone', 'Use a name'],
    ['an unknown category', put({ categoryId: 'shirt' }), '/categoryId', 'did you mean shirts?'],
    ['a category named like a property of objects', put({ categoryId: '__proto__' }), '/categoryId', 'Create it first'],
    ['a label twice', put({ labels: ['new', 'new'] }), '/labels/1', 'Remove one'],
    [
      'a media URL twice',
      put({ media: [{ url: 'https://a.example/1' }, { url: 'https://a.example/1' }] }),
      '/media/1/url',
      'Remove one',
    ],
    ['an unknown SKU', put({ variants: [{ sku: 'XL' }] }), '/variants/0/sku', 'Create the SKU first'],
    ['a SKU twice', put({ variants: [variants[0], variants[0]] }), '/variants/1/sku', 'Remove one'],
    [
      'a SKU of another product',
      put({ variants: [{ sku: 'MUG' }] }),
      '/variants/0/sku',
      'a variant of the product mugs. Remove it there',
    ],
    [
      'variants without attributes',
      put({ variants: [{ sku: 'S' }, { sku: 'M' }] }),
      '/variants/1/attributes',
      'tells them apart',
    ],
    [
      'variants with the same values in another order and spelling',
      put({
        variants: [
          { sku: 'S', attributes: [size('S'), colour('Navy')] },
          { sku: 'M', attributes: [colour('NAVY'), size('s')] },
        ],
      }),
      '/variants/1/attributes',
      'S and M have the same attribute values',
    ],
    ['an attribute twice', put({ attributes: [colour('a'), colour('b')] }), '/attributes/1/name', 'Remove one'],
    [
      'an attribute of another type than its category has',
      put({ categoryId: 'shirts', variants: [{ sku: 'S', attributes: [{ name: 'size', type: 'number', value: 4 }] }] }),
      '/variants/0/attributes/0/type',
      'The category has size as size, not number',
    ],
    [
      'an attribute of its variants on the product',
      put({ categoryId: 'shirts', attributes: [size('M')] }),
      '/attributes/0',
      'on each variant. Move it',
    ],
    [
      'one attribute in two types',
      put({
        variants: [
          { sku: 'S', attributes: [size('S')] },
          { sku: 'M', attributes: [{ name: 'size', type: 'text', value: 'M' }] },
        ],
      }),
      '/variants/1/attributes/0/type',
      'Use one type',
    ],
    [
      'materials that do not sum to 100 percent',
      put({
        attributes: [
          {
            name: 'fabric',
            type: 'material',
            value: [
              { material: 'cotton', percent: 80 },
              { material: 'wool', percent: 10 },
            ],
          },
        ],
      }),
      '/attributes/0/value',
      '90 percent',
    ],
    [
      'a material without its share',
      put({
        attributes: [
          { name: 'fabric', type: 'material', value: [{ material: 'cotton', percent: 100 }, { material: 'wool' }] },
        ],
      }),
      '/attributes/0/value',
      'Give every share',
    ],
  ])('%s', (_name, decision, pointer, detail) => {
    expect(decision).toMatchObject({ kind: 'invalid', errors: [{ pointer, detail: expect.stringContaining(detail) }] });
  });

  test('more SKUs at once than one transaction takes, and more bytes than a product has', () => {
    const codes = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const all = new Map([...codes('A', 90), ...codes('B', 90)].map((sku) => [sku, aSku({ sku })]));
    const of = (prefix: string, count: number) =>
      aProduct({ variants: codes(prefix, count).map((sku) => ({ sku, attributes: [size(sku)] })) });
    const snapshot = { skus: all, categories: clothes, timeZone: 'Europe/London' };
    const first = decide('shirt', of('A', maxVariants), { ...snapshot, current: undefined }, undefined, noon);
    if (first.kind !== 'create') throw new Error(JSON.stringify(first));
    const swap = (count: number) =>
      decide('shirt', of('B', count), { ...snapshot, current: first.next }, undefined, noon);
    expect(swap(7)).toMatchObject({ kind: 'replace' });
    expect(swap(8)).toMatchObject({
      kind: 'invalid',
      errors: [{ pointer: '/variants', detail: expect.stringContaining('98 SKUs') }],
    });
    const attributes = Array.from({ length: 20 }, (_, index) => ({
      name: `a${index}`,
      type: 'text',
      value: 'x'.repeat(500),
    }));
    const large = aProduct({
      variants: codes('A', 90).map((sku, index) => ({
        sku,
        attributes: [...attributes.slice(1), { name: 'n', type: 'number', value: index }],
      })),
    });
    expect(decide('shirt', large, { ...snapshot, current: undefined }, undefined, noon)).toMatchObject({
      kind: 'invalid',
      errors: [{ pointer: '', detail: expect.stringContaining('200000 bytes') }],
    });
  });
});

describe('the body of a PUT is refused with', () => {
  const https = (count: number) => Array.from({ length: count }, (_, index) => ({ url: `https://a.example/${index}` }));
  test.each<[string, object, string, string]>([
    ['an http address', { media: [{ url: 'http://a.example/1.jpg' }] }, 'media.0.url', 'https'],
    ['a script as address', { media: [{ url: 'javascript:alert(1)' }] }, 'media.0.url', 'https'],
    ['a relative address', { media: [{ url: '/1.jpg' }] }, 'media.0.url', 'https'],
    ['an address with a password', { media: [{ url: 'https://a:b@a.example/1' }] }, 'media.0.url', 'user name'],
    ['a data URL', { media: [{ url: 'data:image/png;base64,AA' }] }, 'media.0.url', 'https'],
    ['51 media', { media: https(51) }, 'media', 'at most 50'],
    [
      '91 variants',
      { variants: Array.from({ length: 91 }, (_, index) => ({ sku: `S${index}` })) },
      'variants',
      'at most 90',
    ],
    [
      'a text as number',
      { attributes: [{ name: 'volume', type: 'number', value: '330' }] },
      'attributes.0.value',
      'number',
    ],
    [
      'a colour of five digits',
      { attributes: [{ ...colour('Navy'), hex: '#1f2a4' }] },
      'attributes.0.hex',
      'six hexadecimal digits',
    ],
    [
      'an unknown attribute type',
      { attributes: [{ name: 'x', type: 'date', value: '1' }] },
      'attributes.0.type',
      'Invalid',
    ],
    [
      'a capital in an attribute name',
      { attributes: [{ name: 'Size', type: 'text', value: '1' }] },
      'attributes.0.name',
      'lower-case',
    ],
    ['a day as launch', { launchAt: '2026-12-01' }, 'launchAt', 'local date and time'],
    ['an unknown status', { status: 'live' }, 'status', 'draft'],
  ])('%s', (_name, given, path, message) => {
    const { error } = ProductContent.safeParse({ title: 'A shirt', ...given });
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([
      path,
      expect.stringContaining(message),
    ]);
  });
});

describe('completeness', () => {
  const of = (given: Record<string, unknown>) => {
    const { record } = stored(given);
    return completenessOf(record, requirementsOf(clothes, record.categoryId));
  };
  const cotton = { name: 'fabric', type: 'material', value: [{ material: 'cotton' }] };
  test.each<[object, number, string[]]>([
    [{}, 0, ['categoryId', 'variants']],
    [{ categoryId: 'books' }, 50, ['variants']],
    [{ categoryId: 'books', variants: [variants[0]] }, 100, []],
    [
      { categoryId: 'shirts' },
      16,
      ['variants', 'description', 'media', 'variants/attributes/size', 'attributes/fabric'],
    ],
    [{ categoryId: 'clothes', variants: [{ sku: 'S' }] }, 50, ['description', 'variants/attributes/size']],
    [{ categoryId: 'shirts', variants, description: 'x', attributes: [cotton] }, 83, ['media']],
    [
      {
        categoryId: 'shirts',
        variants,
        description: 'x',
        attributes: [cotton],
        media: [{ url: 'https://a.example/1' }],
      },
      100,
      [],
    ],
  ])('of %j is %i percent', (given, percent, missing) => expect(of({ ...given })).toEqual({ percent, missing }));
});

test.each([
  ['2026-02-01T00:00:00.000Z', undefined, '2026-02-01T00:00:00.000Z'],
  ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['2026-03-02T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
  ['2026-02-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
])('a product changed at %s with a launch at %s has its last change at %s', (changedAt, publishedFrom, expected) => {
  expect(lastChangeAt({ status: 'published', publishedFrom }, changedAt, noon)).toBe(expected);
});
