import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRepair } from '../../../functions/stock-update/repair/repair.ts';
import { createRepairFiles } from '../../../functions/stock-update/repair/repair-file-store.ts';
import { createRepairStore } from '../../../functions/stock-update/repair/repair-store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { StockRepairRequested } from '../../../shared/contracts/stock/repair-events.ts';
import { createReconciliationStore } from '../../../shared/stock/reconciliation-store.ts';
import { adminClient } from '../../bench/order-lane.ts';
import { requestAudit, corruptCounter, requestRepair } from '../../support/stock/audits.ts';
import { type BackOffice, resourceName, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { aCause } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { stockOf } from '../../support/orders/order-api.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const place = (sku: string, quantity: number) =>
  office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity }] }));

test('a repair sets changed counters to the ledger and the open orders and records the reason', async () => {
  const [one, two] = [await stockedSku(office, { units: 10 }), await stockedSku(office, { units: 10 })];
  await place(two, 4);
  await corruptCounter(office, one, 'onHand', 3);
  await corruptCounter(office, one, 'damaged', 1);
  await corruptCounter(office, two, 'reserved', -1);
  const { path } = await requestAudit(office);

  const first = await requestRepair(office, path, { repairId: 'R-1', skus: [one] });
  expect(first.repair).toMatchObject({ repaired: 1, alreadyRight: 0, movedOn: 0, skus: [one] });
  expect(first.rows).toEqual([
    expect.objectContaining({ sku: one, warehouse: 'main', outcome: 'repaired', onHand: '-3', damaged: '-1' }),
  ]);
  const rest = await requestRepair(office, path, { repairId: 'R-2' });
  const outcomes = rest.rows.map(({ sku, outcome, reserved }) => [sku, outcome, reserved]);
  expect(new Set(outcomes)).toEqual(
    new Set([
      [one, 'already-right', '0'],
      [two, 'repaired', '1'],
    ]),
  );
  expect(await stockOf(office, one)).toEqual({ onHand: 10, reserved: 0, available: 10 });
  expect(await stockOf(office, two)).toEqual({ onHand: 10, reserved: 4, available: 6 });
  expect((await requestAudit(office)).rows).toEqual([]);

  const { movements } = (await office.client('warehouse').get(`/stock/${one}/movements`)).body;
  expect(movements[0]).toMatchObject({
    type: 'audit-correction',
    onHandDelta: 0,
    unavailableDelta: 0,
    corrections: { onHand: -3, damaged: -1 },
    reason: 'the table was changed directly',
    actor: 'warehouse',
  });
  await office.settled();
  const published = await office.lake.events('StockRepaired');
  expect(published.map(({ detail }) => detail.data)).toContainEqual(
    expect.objectContaining({ repairId: 'R-1', repaired: 1, reason: 'the table was changed directly' }),
  );
});

test('a repeated repair is applied once, and different content under its id is refused', async () => {
  const sku = await stockedSku(office, { units: 10 });
  await corruptCounter(office, sku, 'onHand', 5);
  const { path } = await requestAudit(office);
  const sent = Array.from({ length: 4 }, () => requestRepair(office, path, { repairId: 'R', skus: [sku] }));
  for (const { repair } of await Promise.all(sent)) expect(repair).toMatchObject({ repaired: 1 });
  const warehouse = office.client('warehouse');
  expectProblem(
    await warehouse.post(`${path}/repairs`, { repairId: 'R', reason: 'other', skus: [sku] }),
    409,
    'repair-conflict',
  );
  const { movements } = (await warehouse.get(`/stock/${sku}/movements`)).body;
  expect(movements.map(({ type }: { type: string }) => type)).toEqual(['audit-correction', 'receipt']);
  expect(await stockOf(office, sku)).toEqual({ onHand: 10, reserved: 0, available: 10 });
});

test('a repair that crashed between two SKUs is completed by the next delivery', async () => {
  const skus = await Promise.all(Array.from({ length: 5 }, () => stockedSku(office, { units: 10 })));
  for (const sku of skus) await corruptCounter(office, sku, 'onHand', 5);
  const { path, audit } = await requestAudit(office);
  const tableName = (logicalId: string) => resourceName(office, 'AWS::DynamoDB::Table', logicalId);
  const tables = {
    STOCK_TABLE_NAME: tableName('Data-StockTable'),
    ORDER_TABLE_NAME: tableName('Data-OrderTable'),
    STOCK_AUDIT_TABLE_NAME: tableName('Data-StockAuditTable'),
  };
  const options = { marshallOptions: { removeUndefinedValues: true } };
  const db = DynamoDBDocumentClient.from(adminClient(office.credentials), options);
  const run = runRepair({
    store: createRepairStore(withCrash(db, { transaction: 2, when: 'after' }), tables),
    reconciliation: createReconciliationStore(db, tables),
    files: createRepairFiles(s3Of(office.credentials), office.credentials.reportsBucket),
    clock: Date.now,
  });
  const content = { repairId: 'crashed', reason: 'the table was changed directly' };
  const request = newEvent(StockRepairRequested, { auditId: audit.auditId, ...content }, aCause());
  await expect(run(StockRepairRequested.envelope.parse(request))).rejects.toThrow('Crashed');
  const onHand = async () => (await Promise.all(skus.map((sku) => stockOf(office, sku)))).map((stock) => stock.onHand);
  expect((await onHand()).filter((units) => units === 10)).toHaveLength(2);
  const { repair } = await requestRepair(office, path, content);
  expect(repair).toMatchObject({ repaired: 5, alreadyRight: 0, movedOn: 0 });
  expect(await onHand()).toEqual(skus.map(() => 10));
});

test('orders placed during a repair never oversell', async () => {
  const skus = await Promise.all(Array.from({ length: 4 }, () => stockedSku(office, { units: 40 })));
  for (const sku of skus) await corruptCounter(office, sku, 'onHand', 2);
  for (const sku of skus.slice(2)) {
    await corruptCounter(office, sku, 'reserved', 7);
    await corruptCounter(office, sku, 'available', -5);
  }
  const { path } = await requestAudit(office);
  const orders = skus.flatMap((sku) => Array.from({ length: 25 }, () => place(sku, 2)));
  const [during, ...responses] = await Promise.all([
    requestRepair(office, path, { repairId: 'during-orders' }),
    ...orders,
  ]);
  expect(during.repair.repaired + during.repair.movedOn).toBe(4);
  await requestRepair(office, (await requestAudit(office)).path, { repairId: 'after-orders' });
  expect((await requestAudit(office)).rows).toEqual([]);
  const placed = responses.filter(({ status }) => status === 201);
  const stock = await Promise.all(skus.map((sku) => stockOf(office, sku)));
  for (const { onHand, reserved, available } of stock) {
    expect(onHand).toBe(40);
    expect(available).toBe(onHand - reserved);
    expect(available).toBeGreaterThanOrEqual(0);
  }
  expect(stock.reduce((sum, { reserved }) => sum + reserved, 0)).toBe(placed.length * 2);
});

test('a repair of an unknown audit gets 404, and read-only clients cannot request a repair', async () => {
  const content = { repairId: 'R', reason: 'because' };
  const warehouse = office.client('warehouse');
  expectProblem(await warehouse.post('/stock/audits/none/repairs', content), 404, 'not-found');
  expectProblem(await warehouse.get('/stock/audits/none/repairs/R'), 404, 'not-found');
  expectProblem(await warehouse.post('/stock/audits/none/repairs', { ...content, repairId: 'a/b' }), 422);
  expectProblem(await office.client('storefront').post('/stock/audits/none/repairs', content), 403);
});
