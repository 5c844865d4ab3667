import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { expectProblem, orderOf } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());
const refunds = refundDriver(() => office);

/** As worked case M01, with a cost of 460 by receipt: two at 12.00, express 4.95; one is refunded. */
test('an order that is paid, shipped and refunded is in the trial balance, the journal and the check', async () => {
  const sku = `SKU-${randomUUID().slice(0, 8)}`;
  const content = { name: 'Lantern', priceMinor: 1200, currency: 'GBP', costMinor: 450 };
  await office.client('admin').put(`/catalog/skus/${sku}`, content);
  const receipt = { movementId: randomUUID(), sku, warehouse: 'main', type: 'receipt', quantity: 10 };
  const received = await office
    .client('warehouse')
    .post('/stock/movements', { movements: [{ ...receipt, unitCostMinor: 460 }] });
  expect(received.body.results).toMatchObject([{ status: 'applied' }]);
  const order = orderOf(sku, { lines: [{ sku, quantity: 2 }], shippingMethod: 'express' });
  const placed = await office.client('storefront').post('/orders', order);
  expect(placed.status, placed.text).toBe(201);
  const orderId = String(placed.body.orderId);
  await refunds.pay(orderId, { paymentId: 'pay-1', amountMinor: 2895 }, 'giftcard');
  const shipment = await refunds.ship(`/orders/${orderId}`, 2);
  expect(shipment.status, shipment.text).toBeLessThan(300);
  const { refundId, path } = await refunds.requested(orderId, { reason: 'late' });
  await refunds.becomes(path, { status: 'paying' });
  const notification = { refundId, currency: 'GBP', amountMinor: 1200 };
  await refunds.notifyPayout({ orderId, paymentId: 'pay-1' }, notification, 'giftcard');
  await refunds.becomes(path, { status: 'paid' });
  await office.settled();

  const finance = office.client('finance');
  const { body } = await finance.get('/ledger/trial-balance');
  const balances = Object.fromEntries(
    body.accounts
      .filter(({ closingMinor }: { closingMinor: number }) => closingMinor !== 0)
      .map(({ account, closingMinor }: { account: string; closingMinor: number }) => [account, closingMinor]),
  );
  expect(balances).toEqual({
    'assets:clearing:giftcard': 1695,
    'assets:inventory': 8 * 460,
    'expenses:cost-of-goods': 2 * 460,
    'liabilities:goods-received': -10 * 460,
    'liabilities:tax:output:GB:standard': -283,
    'revenue:goods': -2000,
    'revenue:returns': 1000,
    'revenue:shipping': -412,
  });
  expect(body.totals).toEqual([{ currency: 'GBP', amountMinor: 0 }]);

  const page = await finance.get('/ledger/accounts/revenue:goods/postings');
  expect(page.body.transactions).toMatchObject([{ text: `shipped ${order.externalOrderId}` }]);
  const days = page.body.transactions.map(({ date }: { date: string }) => date);
  const [day = ''] = days;
  const exported = await finance.post('/ledger/exports', { from: day, to: day });
  expect(exported.body.journal).toContain('    revenue:goods                                 GBP -20.00\n');
  expectProblem(await finance.post(`/ledger/periods/${day.slice(0, 7)}/close`, {}), 409, 'period-not-over');
  expectProblem(await office.client('storefront').get('/ledger/trial-balance'), 403);

  const tomorrow = new Date(Date.now() + 86_400_000);
  await fireSchedule(office, 'ledger/check-ledger.handler.ts', tomorrow);
  const checked = await finance.get(`/ledger/checks/${tomorrow.toISOString().slice(0, 10)}`);
  expect(checked.body).toMatchObject({ differences: [], waitingOrders: [] });

  // What the provider owes, after its fee and a payout of the rest.
  const occurredAt = new Date().toISOString();
  const settlement = (lineId: string, type: string, amountMinor: number) => ({
    lineId,
    type,
    amountMinor,
    currency: 'GBP',
    occurredAt,
  });
  const lines = [settlement('line-1', 'fee', 95), settlement('line-2', 'payout', 1600)];
  const settled = await finance.post('/ledger/settlements', { provider: 'giftcard', lines });
  expect(settled.body.results).toMatchObject([{ status: 'recorded' }, { status: 'recorded' }]);
  const entry = {
    entryId: 'rent',
    date: day,
    text: 'Rent',
    currency: 'GBP',
    postings: [
      { account: 'expenses:rent', amountMinor: 700 },
      { account: 'assets:bank', amountMinor: -700 },
    ],
  };
  expect((await finance.post('/ledger/entries', entry)).status).toBe(201);
  const decision = { decision: 'approve' };
  expectProblem(await finance.post('/ledger/entries/rent/decisions', decision), 403, 'own-entry');
  expect((await office.client('admin').post('/ledger/entries/rent/decisions', decision)).body.status).toBe('approved');
  await office.settled();
  const accounts = await finance.get('/ledger/accounts');
  const closing = (name: string) =>
    accounts.body.accounts.find(({ account }: { account: string }) => account === name)?.closingMinor;
  expect(['assets:clearing:giftcard', 'assets:bank', 'expenses:payment-fees'].map(closing)).toEqual([0, 900, 95]);

  const vat = await finance.get(`/ledger/tax-returns/uk-vat/${day.slice(0, 7)}`);
  expect(vat.body.totals).toEqual([{ place: 'GB', currency: 'GBP', taxMinor: 283 }]);
  expect(vat.body.rows).toMatchObject([{ rate: 'GB:standard', baseMinor: 1412, taxMinor: 283 }]);

  const run = await finance.post('/reports/runs', { date: day });
  await office.settled();
  expect((await finance.get(`/reports/runs/${run.body.runId}`)).body).toMatchObject({ status: 'completed' });
  const stock = await finance.get(`/metrics/daily?from=${day}&to=${day}&by=stock-sku`);
  expect(stock.body.days[0].rows).toMatchObject([
    {
      sku,
      openingStock: 0,
      stockReceived: 4600,
      costOfGoods: 920,
      closingStockUnits: 8,
      closingStock: closing('assets:inventory'),
    },
  ]);
  await fireSchedule(office, 'ledger/reconcile.handler.ts', tomorrow);
  const reconciled = await finance.get(`/ledger/reconciliations/${day}`);
  expect(reconciled.body).toMatchObject({ status: 'equal', differences: [], compared: { orders: 3 } });
});
