import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestAudit, corruptCounter } from '../../support/stock/audits.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

test('an audit finds no differences when only movements and orders changed stock, also during such changes', async () => {
  const skus = await Promise.all(
    Array.from({ length: 12 }, () => stockedSku(office, { warehouses: { main: 30, north: 5 } })),
  );
  const storefront = office.client('storefront');
  const orders = skus.flatMap((sku) => Array.from({ length: 10 }, () => storefront.post('/orders', orderOf(sku))));
  const damage = skus.map((sku) => ({ movementId: `${sku}-d`, sku, warehouse: 'main', type: 'damage', quantity: 2 }));
  const [during] = await Promise.all([
    requestAudit(office),
    office.client('warehouse').post('/stock/movements', { movements: damage }),
    ...orders,
  ]);
  expect(during.rows).toEqual([]);
  const { audit, rows } = await requestAudit(office);
  expect(audit).toMatchObject({ differences: 0, skus: 12 });
  expect(rows).toEqual([]);
});

test('each counter that was changed directly is listed with its expected value', async () => {
  const [one, two] = [await stockedSku(office, { units: 10 }), await stockedSku(office, { units: 10 })];
  await office.client('storefront').post('/orders', orderOf(two, { lines: [{ sku: two, quantity: 4 }] }));
  await corruptCounter(office, one, 'onHand', 3);
  await corruptCounter(office, two, 'reserved', -1);
  const { audit, rows } = await requestAudit(office);
  expect(audit).toMatchObject({ differences: 4 });
  const found = rows.map(({ sku, counter, found: actual, expected }) => [
    sku,
    counter,
    Number(actual),
    Number(expected),
  ]);
  expect(new Set(found)).toEqual(
    new Set([
      [one, 'onHand', 13, 10],
      [one, 'available', 10, 13],
      [two, 'reserved', 3, 4],
      [two, 'available', 6, 7],
    ]),
  );
  await office.settled();
  const published = await office.lake.events('StockAuditCompleted');
  expect(published.map(({ detail }) => detail.data)).toContainEqual(
    expect.objectContaining({ auditId: audit.auditId, differences: 4 }),
  );
});

test('an unknown audit gets 404, and read-only clients cannot request an audit', async () => {
  expectProblem(await office.client('warehouse').get('/stock/audits/none'), 404);
  expectProblem(await office.client('storefront').send('POST', '/stock/audits'), 403);
});
