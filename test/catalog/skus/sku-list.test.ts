import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { listSkus } from '../../../functions/catalog/skus/sku-list-api.ts';
import { createSkuListStore } from '../../../functions/catalog/skus/sku-list-store.ts';
import { createSkuIndexStore } from '../../../functions/catalog/skus/sku-index-store.ts';
import { indexSkus } from '../../../functions/catalog/skus/index-skus.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { createProductStore } from '../../../functions/catalog/products/product-store.ts';
import { saveProduct } from '../../../functions/catalog/products/product-api.ts';
import { skuKey, type SkuRecord } from '../../../shared/catalog/sku-item.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { cursors } from '../../support/cursors.ts';
import { aCause, aSku } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aProduct } from '../products/product-builders.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const channels = { storefront: { channel: 'storefront', pricesItself: false, staff: false } };
const at = (time: string) => Date.parse(`2026-03-05T${time}Z`);

const put = async (sku: string, given: Partial<SkuRecord> = {}, now = at('12:00:00'), version = 1) =>
  expect(
    await createCatalogStore(database.db, tables).write(
      { record: aSku({ sku, ...given }), version, contentHash: '' },
      aCause({ now }),
    ),
  ).toBe('done');

const list = async (query: Record<string, unknown> = {}, client = 'admin') =>
  listSkus(
    createSkuListStore(database.db, tables),
    (keys) => createProductStore(database.db, tables).products(keys),
    cursors,
    'Europe/London',
    channels,
  )(aRequest(routes.listSkus, { query: routes.listSkus.query.parse(query) }, client));
const bodyOf = async (query: Record<string, unknown>) => {
  const { status, body } = await list(query);
  expect(status).toBe(200);
  return body as { skus: { sku: string; changedAt: string }[]; cursor?: string };
};
const skusOf = async (query: Record<string, unknown>) => (await bodyOf(query)).skus.map(({ sku }) => sku);

/** All pages of two SKUs. */
async function pagesOf(query: Record<string, unknown>): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await bodyOf({ ...query, limit: '2', ...(cursor !== undefined && { cursor }) });
    pages.push(page.skus.map(({ sku }) => sku));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return pages;
}

describe('the list of SKUs', () => {
  beforeEach(async () => {
    await put('TEA', { category: 'drinks' }, at('09:00:00'));
    await put('MUG', { category: 'kitchen' }, at('10:00:00'));
    await put('CUP', { category: 'kitchen', active: false }, at('11:00:00'));
    await put('a.b', {}, at('12:00:00'));
    await put('JAR', { category: 'kitchen' }, at('13:00:00'));
  });

  test.each([
    [{}, ['CUP', 'JAR', 'MUG', 'TEA', 'a.b']],
    [{ category: 'kitchen' }, ['CUP', 'JAR', 'MUG']],
    [{ category: 'Kitchen' }, []],
    [{ active: 'true' }, ['JAR', 'MUG', 'TEA', 'a.b']],
    [{ active: 'false' }, ['CUP']],
    [{ category: 'kitchen', active: 'true' }, ['JAR', 'MUG']],
    [{ changedSince: '2026-03-05T11:00:00Z' }, ['CUP', 'JAR', 'a.b']],
    [{ changedSince: '2026-03-05T13:00:00.001+01:00' }, ['JAR']],
    [{ changedSince: '2026-03-05' }, ['CUP', 'JAR', 'MUG', 'TEA', 'a.b']],
    [{ changedSince: '2026-03-06' }, []],
    [{ category: 'constructor' }, []],
  ])('with %j has %j', async (query, skus) => {
    expect(await skusOf(query)).toEqual(skus);
  });

  test('has filters by product, its label and its state, with pages', async () => {
    const save = async (productId: string, content: object, now: number) =>
      expect(
        await saveProduct(createProductStore(database.db, tables), 'UTC')(
          productId,
          aProduct({ ...content }),
          undefined,
          aCause({ now }),
        ),
      ).toMatchObject({ saved: { kind: 'create' } });
    const size = (value: string) => [{ name: 'size', type: 'size', value }];
    const variants = ['MUG', 'JAR', 'CUP'].map((sku) => ({ sku, attributes: size(sku) }));
    await save('pots', { variants, labels: ['gift'], status: 'published' }, at('11:30:00'));
    await save('leaves', { variants: [{ sku: 'TEA' }], labels: ['gift', 'new'] }, at('14:00:00'));
    for (const [query, skus] of [
      [{ product: 'pots' }, ['CUP', 'JAR', 'MUG']],
      [{ product: 'pots', active: 'true' }, ['JAR', 'MUG']],
      [{ product: 'pots', label: 'new' }, []],
      [{ product: 'none' }, []],
      [{ label: 'gift' }, ['CUP', 'JAR', 'MUG', 'TEA']],
      [{ label: 'new' }, ['TEA']],
      [{ label: 'Gift' }, []],
      [{ status: 'draft' }, ['TEA']],
      [{ status: 'published,archived', category: 'kitchen' }, ['CUP', 'JAR', 'MUG']],
      [{ changedSince: '2026-03-05T13:30:00Z' }, ['TEA']],
    ] as const) {
      expect(await skusOf(query), JSON.stringify(query)).toEqual(skus);
    }
    expect(await pagesOf({ product: 'pots' })).toEqual([['CUP', 'JAR'], ['MUG']]);
    expect((await list({ label: 'gift' }, 'storefront')).body).toMatchObject({
      skus: [{ sku: 'CUP' }, { sku: 'JAR' }, { sku: 'MUG' }],
    });
  });

  test('has pages that neither repeat nor miss a SKU while SKUs are added and changed', async () => {
    expect(await pagesOf({})).toEqual([['CUP', 'JAR'], ['MUG', 'TEA'], ['a.b']]);
    expect(await pagesOf({ category: 'kitchen' })).toEqual([['CUP', 'JAR'], ['MUG']]);
    const first = await bodyOf({ limit: '2' });
    await put('BOX');
    await put('MUG', { priceMinor: 1 }, at('14:00:00'), 2);
    await put('PAN');
    expect(await skusOf({ limit: '10', cursor: first.cursor })).toEqual(['MUG', 'PAN', 'TEA', 'a.b']);
  });

  test('has no SKU of a product before its launch for a channel, and no times of launch and withdrawal', async () => {
    const product = { productId: 'pots', status: 'published' } as const;
    await put('POT-SOON', { product: { ...product, publishedFrom: '2026-03-06T00:00:00Z' } });
    await put('POT-NOW', { product: { ...product, publishedUntil: '2026-03-06T00:00:00Z' } });
    await put('POT-OLD', { product: { ...product, publishedUntil: '2026-03-01T00:00:00Z' } });
    await put('POT-DRAFT', { product: { ...product, status: 'draft' } });
    const seenBy = async (client: string) =>
      (await list({}, client)).body as { skus: { sku: string; product?: object }[] };
    const pots = ({ skus }: { skus: { sku: string; product?: object }[] }) =>
      skus.filter(({ sku }) => sku.startsWith('POT'));
    expect(pots(await seenBy('admin')).map(({ sku }) => sku)).toEqual(['POT-DRAFT', 'POT-NOW', 'POT-OLD', 'POT-SOON']);
    expect(pots(await seenBy('storefront'))).toMatchObject([
      { sku: 'POT-NOW', product: { ...product } },
      { sku: 'POT-OLD' },
    ]);
    expect(JSON.stringify(await seenBy('storefront'))).not.toContain('publishedUntil');
  });

  test('refuses a cursor of other filters or of another caller', async () => {
    const { cursor } = await bodyOf({ limit: '2' });
    for (const [query, client] of [
      [{ category: 'kitchen', cursor }, 'admin'],
      [{ cursor }, 'storefront'],
      [{ cursor: 'x' }, 'admin'],
    ] as const) {
      expect(await list(query, client)).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
    }
  });
});

test('SKUs from before the index are added to it once, with the time of their last change', async () => {
  await put('NEW', {}, at('10:00:00'));
  await put('OLD', {}, at('09:00:00'));
  await put('OLD', { priceMinor: 5 }, at('09:30:00'), 2);
  const removal = { TableName: tables.CATALOG_TABLE_NAME, UpdateExpression: 'REMOVE listKey, changedAt' };
  await database.db.send(new UpdateCommand({ ...removal, Key: skuKey('OLD') }));
  expect(await skusOf({})).toEqual(['NEW']);
  const store = createSkuIndexStore(database.db, tables);
  expect(await indexSkus(store, undefined, at('12:00:00'), () => true)).toEqual({ indexed: 1 });
  expect(await bodyOf({})).toMatchObject({
    skus: [{ sku: 'NEW' }, { sku: 'OLD', priceMinor: 5, changedAt: '2026-03-05T09:30:00.000Z' }],
  });
  expect(await indexSkus(store, undefined, at('13:00:00'), () => true)).toEqual({ indexed: 0 });
  expect(await store.index('OLD', at('13:00:00'))).toBe(false);
});
