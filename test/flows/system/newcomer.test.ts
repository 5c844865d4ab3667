import { createHmac } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { documentedApi } from '../../support/documents/documented-api.ts';
import { type AsyncApi, documentedFiles } from '../../support/documents/documented-files.ts';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

/** Outputs of the stacks that the documents name, as `.local/credentials.json` has them. */
const outputs = () => ({
  CatalogFilesBucketName: office.credentials.catalogFilesBucket,
  OrderFilesBucketName: office.credentials.orderFilesBucket,
  StockInboxBucketName: office.credentials.stockInboxBucket,
  ReportsBucketName: office.credentials.reportsBucket,
});

const received = { early: 8, late: 40 };
const parcels = [20, 10] as const;
const returned = 26;

test('a newcomer with the OpenAPI document leads an order from its SKU to the refund, and imports and exports it', async () => {
  const { credentials } = office;
  const api = await documentedApi(credentials.apiUrl, credentials.clients);
  const eventually = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 100 });
  const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

  // The document tells who can do what.
  const [warehouse = ''] = api.clientsFor(
    'postStockMovements',
    'postOrdersOrderIdShipments',
    'getWarehousesWarehousePickList',
    'postReturnsRmaIdReceipts',
  );
  const [storefront = ''] = api.clientsFor('postOrders', 'getOrdersOrderId', 'getOrders');
  const [service = ''] = api.clientsFor('postRefunds', 'getOrdersOrderIdRefundable');
  const approvers = api.clientsFor('postRefundsRefundIdDecisions', 'getRefundsRefundId');
  expect(new Set([warehouse, storefront, service, ...approvers.slice(0, 2)]).size).toBe(5);

  // A SKU, and stock of two lots.
  const sku = await api.call('putCatalogSkusSku', { body: api.bodyOf('putCatalogSkusSku', 'category') });
  const {
    movements: [movement],
  } = api.bodyOf('postStockMovements', 'lot', 'expiresOn');
  const lot = (name: string, quantity: number, days: number) => ({
    ...movement,
    movementId: `receipt-${name}`,
    quantity,
    lot: name,
    expiresOn: secondsAgo(-days * 86_400).slice(0, 10),
  });
  const movements = [lot('late', received.late, 300), lot('early', received.early, 30)];
  const { results } = await api.call('postStockMovements', { as: warehouse, body: { movements } });
  expect(results).toMatchObject([{ status: 'applied' }, { status: 'applied' }]);
  const stock = async () => await api.call('getStockSku', { as: warehouse, params: { sku: sku.sku } });
  expect(await stock()).toMatchObject({ onHand: 48, reserved: 0, available: 48 });
  const lots = await api.call('getStockSkuLots', { as: warehouse, params: { sku: sku.sku }, query: { units: 10 } });
  expect(lots.suggestion).toMatchObject([
    { lot: 'early', units: 8 },
    { lot: 'late', units: 2 },
  ]);

  // An order, which a signed event of the payment provider pays.
  const content = api.bodyOf('postOrders', 'email', 'name', 'line1', 'city', 'postalCode');
  const [line] = content.lines;
  const order = await api.call('postOrders', {
    as: storefront,
    body: { ...content, lines: [{ ...line, sku: sku.sku, quantity: parcels[0] + parcels[1] }] },
  });
  const params = { orderId: order.orderId };
  expect(order.totalMinor).toBe(30 * sku.priceMinor);
  expect(await stock()).toMatchObject({ onHand: 48, reserved: 30, available: 18 });
  const notify = async (event: object) => {
    const body = JSON.stringify({
      ...api.bodyOf('postPaymentsWebhooksProvider'),
      orderId: order.orderId,
      currency: order.currency,
      occurredAt: secondsAgo(0),
      ...event,
    });
    const t = Math.floor(Date.now() / 1000);
    const v1 = createHmac('sha256', credentials.webhookSecret).update(`${t}.${body}`).digest('hex');
    const headers = { 'storeworks-signature': `t=${t},v1=${v1}` };
    return api.call('postPaymentsWebhooksProvider', { headers, body });
  };
  const paid = await notify({ eventId: 'captured', type: 'payment.captured', amountMinor: order.totalMinor });
  expect(paid.status).toBe('recorded');
  const current = async () => await api.call('getOrdersOrderId', { as: storefront, params });
  expect(await current()).toMatchObject({
    status: 'paid',
    payment: { balance: 'settled', dueMinor: order.totalMinor },
  });

  // The warehouse picks the order, and ships it in two parcels.
  await api.call('postOrdersOrderIdAllocation', { as: warehouse, params });
  const picks = await api.call('getWarehousesWarehousePickList', { as: warehouse });
  const [pick] = picks.orders;
  expect(pick).toMatchObject({
    orderId: order.orderId,
    lines: [
      {
        sku: sku.sku,
        quantity: 30,
        lots: [
          { lot: 'early', quantity: 8 },
          { lot: 'late', quantity: 22 },
        ],
      },
    ],
  });
  const csv = await api.call('getWarehousesWarehousePickList', { as: warehouse, query: { format: 'csv' } });
  expect(parse(csv, { bom: true, columns: true })).toMatchObject([{ orderId: order.orderId, quantity: '30' }]);
  const { lineId } = pick.lines[0];
  for (const [index, quantity] of parcels.entries()) {
    const shipmentId = `parcel-${index}`;
    const shipment = { ...api.bodyOf('postOrdersOrderIdShipments', 'carrier', 'trackingNumber'), shipmentId };
    const body = { ...shipment, lines: [{ lineId, quantity }] };
    await api.call('postOrdersOrderIdShipments', { as: warehouse, params, body });
  }
  for (const index of parcels.keys()) {
    const shipmentId = `parcel-${index}`;
    await api.call('postOrdersOrderIdShipmentsShipmentIdDelivery', {
      as: warehouse,
      params: { ...params, shipmentId },
    });
  }
  expect(await current()).toMatchObject({ status: 'delivered', shipments: [{}, {}] });
  expect(await stock()).toMatchObject({ onHand: 18, reserved: 0, available: 18 });

  // The customer returns most of it: request, approvals, receipt, payout.
  const refundable = async () => await api.call('getOrdersOrderIdRefundable', { as: service, params });
  expect(await refundable()).toMatchObject({ refundableMinor: order.totalMinor, policy: { approvalsNeeded: 2 } });
  const request = { ...api.bodyOf('postRefunds'), ...params, lines: [{ lineId, quantity: returned }] };
  const { refundId, ...requested } = await api.call('postRefunds', { as: service, body: request });
  expect(requested).toMatchObject({ status: 'pending-approval', amountMinor: returned * sku.priceMinor });
  for (const as of approvers.slice(0, requested.policy.approvalsNeeded)) {
    const body = api.bodyOf('postRefundsRefundIdDecisions');
    await api.call('postRefundsRefundIdDecisions', { as, params: { refundId }, body });
  }
  const refund = async () => await api.call('getRefundsRefundId', { as: service, params: { refundId } });
  const { rmaId } = (await refund()).return;
  const parcel = {
    ...api.bodyOf('postReturnsRmaIdReceipts'),
    units: [{ lineId, quantity: returned, disposition: 'restock', lot: 'late' }],
  };
  const receipt = await api.call('postReturnsRmaIdReceipts', { as: warehouse, params: { rmaId }, body: parcel });
  expect(receipt).toMatchObject({ status: 'received', units: [{ expected: returned, restock: returned }] });
  const [payout] = await eventually(async () => {
    const { status, payouts } = await refund();
    expect(status).toBe('paying');
    return payouts;
  });
  await notify({
    eventId: 'refunded',
    type: 'refund.succeeded',
    refundId: payout.reference,
    amountMinor: payout.amountMinor,
  });
  await eventually(async () => expect((await refund()).status).toBe('paid'));

  // The day's orders are exported, and a file of past orders is imported.
  const asyncApi: AsyncApi = await api.call('getAsyncapiJson');
  const s3 = s3Of(credentials);
  const bucketOf = (output: string) => new Map(Object.entries(outputs())).get(output) ?? '';
  const files = documentedFiles(asyncApi, s3, bucketOf);
  // The store's day of the order: its time zone may be a day ahead of UTC.
  const range = { from: order.placedAt.slice(0, 10), to: secondsAgo(-86_400).slice(0, 10) };
  const { exportId } = await api.call('postOrdersExports', { as: storefront, body: range });
  await eventually(async () => {
    const { status } = await api.call('getOrdersExportsExportId', { as: storefront, params: { exportId } });
    expect(status).toBe('completed');
  });
  const text = await files.textOf('orderExport', { exportId });
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
  expect(Object.keys(rows[0] ?? {})).toEqual(files.columnsOf('orderExport'));
  expect(rows).toMatchObject([{ orderId: order.orderId, quantity: '30', shippedQuantity: '30' }]);
  const past = text.replaceAll(content.externalOrderId, 'past-1');
  const summary = await files.upload('orderFile', { name: 'past' }, past);
  expect(summary).toMatchObject({ rows: 1, imported: 1, alreadyImported: 0, badRows: 0 });
  const found = await api.call('getOrders', { as: storefront, query: { externalOrderId: 'past-1' } });
  expect(found.orders).toMatchObject([{ imported: true, status: 'completed', totalMinor: order.totalMinor }]);

  // Equal numbers at the end.
  const onHand = received.early + received.late - parcels[0] - parcels[1] + returned;
  await eventually(async () => expect(await stock()).toMatchObject({ onHand, reserved: 0, available: onHand }));
  const ledger = await api.call('getStockSkuMovements', { as: warehouse, params: { sku: sku.sku } });
  const moved = ledger.movements.map(({ onHandDelta }: { onHandDelta: number }) => onHandDelta);
  expect(moved.reduce((sum: number, each: number) => sum + each, 0)).toBe(onHand);
  const atEnd = await api.call('getStockSkuLots', { as: warehouse, params: { sku: sku.sku } });
  expect(atEnd.lots.reduce((sum: number, { units }: { units: number }) => sum + units, 0)).toBe(onHand);
  const refundedMinor = returned * sku.priceMinor;
  expect(await refundable()).toMatchObject({
    capturedMinor: order.totalMinor,
    refundedMinor,
    pendingMinor: 0,
    refundableMinor: order.totalMinor - refundedMinor,
  });
  expect((await current()).payment).toMatchObject({ balance: 'settled', capturedMinor: order.totalMinor });
  s3.destroy();
  await api.close();
});
