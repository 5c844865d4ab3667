import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { expect, test, vi } from 'vitest';
import { adminConfigOf, backOfficeForTest } from '../../support/system/back-office.ts';
import { withoutGrant, withoutRule } from '../../support/system/edited-template.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

test('placing an order fails with AccessDeniedException without write permission for the order table', async () => {
  const lines: string[] = [];
  const cdkOut = withoutGrant(/^OrderIntake-/, 'dynamodb:PutItem');
  const office = await backOfficeForTest({ cdkOut, log: (line) => lines.push(line) });
  const sku = await stockedSku(office);
  expectProblem(await office.client('storefront').post('/orders', orderOf(sku)), 500, 'internal-error');
  expect(lines.join('\n')).toMatch(/AccessDeniedException.*dynamodb:PutItem/s);
  const stock = await office.client('warehouse').get(`/stock/${sku}`);
  expect(stock.body).toMatchObject({ reserved: 0 });
});

test('no deadline is scheduled without permission to pass the role of the schedules', async () => {
  const lines: string[] = [];
  const cdkOut = withoutGrant(/^RefundApproval-ScheduleDeadlines/, 'iam:PassRole');
  const office = await backOfficeForTest({ cdkOut, log: (line) => lines.push(line) });
  await refundDriver(() => office).requestedRefund();
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/AccessDeniedException.*iam:PassRole/s), 30_000);
  const scheduler = new SchedulerClient(adminConfigOf(office));
  expect((await scheduler.send(new ListSchedulesCommand({ NamePrefix: 'ref_' }))).Schedules).toEqual([]);
});

test('no event reaches the lake without the rule of the event journal', async () => {
  const office = await backOfficeForTest({ cdkOut: withoutRule(/^EventJournal-/) });
  const sku = await stockedSku(office);
  const placed = await office.client('storefront').post('/orders', orderOf(sku));
  expect(placed.status).toBe(201);
  await office.settled();
  expect(await office.lake.events('OrderPlaced')).toEqual([]);
});

test('every accepted order reaches the lake with the unchanged template', async () => {
  const office = await backOfficeForTest();
  const sku = await stockedSku(office);
  const placed = await office.client('storefront').post('/orders', orderOf(sku));
  await office.settled();
  const events = await office.lake.events('OrderPlaced');
  expect(events.map((event) => event.detail.data)).toMatchObject([{ orderId: placed.body.orderId }]);
});
