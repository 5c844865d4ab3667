import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

/** A clock that starts in the winter before the launch. */
let aheadMs = Date.parse('2028-03-01T10:00:00Z') - Date.now();
let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice({ now: () => Date.now() + aheadMs });
});
afterAll(() => office.stop());

async function moveTo(instant: string): Promise<void> {
  await office.settled();
  aheadMs = Date.parse(instant) - Date.now();
  await office.forgetTokens();
  await office.settled();
}

test(
  'a product with two variants is on sale from its launch to its withdrawal, and its category is renamed without changing orders',
  { timeout: 600_000 },
  async () => {
    const admin = () => office.client('admin');
    const shop = () => office.client('storefront');
    const skus = [await stockedSku(office, { category: 'shirts' }), await stockedSku(office, { category: 'shirts' })];
    expect((await admin().put('/catalog/categories/clothes', { name: 'Clothes' })).status).toBe(201);
    const shirts = { name: 'Shirts', parentId: 'clothes', requiredFields: ['description'] };
    expect((await admin().put('/catalog/categories/shirts', shirts)).status).toBe(201);
    expectProblem(await admin().put('/catalog/categories/clothes', { name: 'Clothes', parentId: 'shirts' }), 422);
    const content = {
      title: 'A shirt',
      categoryId: 'shirts',
      labels: ['spring'],
      media: [{ url: 'https://cdn.example.com/shirt.jpg' }],
      status: 'published',
      // The clocks go forward between both times.
      launchAt: '2028-03-20T09:00',
      withdrawAt: '2028-03-27T09:00',
      variants: skus.map((sku, index) => ({
        sku,
        attributes: [{ name: 'size', type: 'size', value: index === 0 ? 'S' : 'M' }],
      })),
    };
    expectProblem(await admin().put('/catalog/products/shirt', { ...content, launchAt: '2028-02-01T09:00' }), 422);
    const created = await admin().put('/catalog/products/shirt', content);
    expect(created.status, created.text).toBe(201);
    expect(created.body).toMatchObject({
      state: 'scheduled',
      publishedFrom: '2028-03-20T09:00:00.000Z',
      publishedUntil: '2028-03-27T08:00:00.000Z',
      completeness: { percent: 66, missing: ['description'] },
    });
    expectProblem(await shop().put('/catalog/products/shirt', content), 403);

    const order = (given: object = {}) => shop().post('/orders', orderOf(skus[0] ?? '', { ...given }));
    const announced = async (detailType: string) => {
      await office.settled();
      return (await office.lake.events(detailType)).map(({ detail }) => detail.data);
    };

    expectProblem(await shop().get('/catalog/products/shirt'), 404, expect.stringContaining('unknown-product'));
    expectProblem(await shop().get(`/catalog/skus/${skus[0]}`), 404);
    expectProblem(await order(), 422, expect.stringContaining('inactive-sku'));
    expect((await shop().get('/catalog/products?label=spring')).body.products).toEqual([]);

    await moveTo('2028-03-20T09:00:00Z');
    expect((await shop().get('/catalog/products/shirt')).body).toMatchObject({
      title: 'A shirt',
      categoryPath: [{ name: 'Clothes' }, { name: 'Shirts' }],
      variants: skus.map((sku) => ({ sku, priceMinor: 250 })),
    });
    expect((await shop().get('/catalog/products?category=clothes')).body.products).toHaveLength(1);
    const placed = await order();
    expect(placed.status, placed.text).toBe(201);
    await moveTo('2028-03-20T09:02:00Z');
    expect(await announced('ProductLaunched')).toMatchObject([
      { productId: 'shirt', at: '2028-03-20T09:00:00.000Z', skus },
    ]);

    expect((await admin().put('/catalog/categories/shirts', { ...shirts, name: 'Tops' })).status).toBe(200);
    expect((await shop().get('/catalog/products/shirt')).body.categoryPath).toMatchObject([
      {},
      { categoryId: 'shirts', name: 'Tops' },
    ]);
    const seen = await shop().get(`/orders/${placed.body.orderId}`);
    expect(seen.body.lines).toEqual(placed.body.lines);
    const later = await order();
    expect(later.status, later.text).toBe(201);
    const sold = (await announced('OrderPlaced')) as { lines: { category?: string }[] }[];
    expect(sold.flatMap(({ lines }) => lines.map(({ category }) => category))).toEqual(['shirts', 'shirts']);

    await moveTo('2028-03-27T08:00:00Z');
    expectProblem(await order(), 422, expect.stringContaining('inactive-sku'));
    expectProblem(await shop().get('/catalog/products/shirt'), 404);
    expect((await admin().get('/catalog/products/shirt')).body.state).toBe('withdrawn');
    await moveTo('2028-03-27T08:02:00Z');
    expect(await announced('ProductWithdrawn')).toMatchObject([{ productId: 'shirt', at: '2028-03-27T08:00:00.000Z' }]);
  },
);
