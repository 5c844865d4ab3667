import { expect, test } from 'vitest';
import { contractRoutes } from '../../../infra/contract-routes.ts';
import { reasonOfTheStore } from '../../../shared/access/back-office.ts';
import { aPayment, placedOrder, postPayment } from '../../support/orders/order-api.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { startBackOffice } from '../../support/system/back-office.ts';
import { startReceiver } from '../../support/webhooks/webhook-receiver.ts';

const secret = 'suspected fraud, do not tell';
const costMinor = 987_654_321;
const isTold = (text: string | undefined) => [secret, String(costMinor)].some((each) => text?.includes(each));
/** The events for whose reason staff write the secret. */
const reasoned = ['OrderReleased', 'OrderLinesCancelled', 'OrderContactChanged'];

test(
  'a channel finds no text and no cost of the back office in any route or webhook',
  { timeout: 600_000 },
  async () => {
    const office = await startBackOffice();
    const receiver = await startReceiver();
    try {
      const as = (name: string) => office.client(name);
      await as('storefront').put('/webhooks/endpoints/shop', { url: receiver.url });
      const { orderId, path, sku } = await placedOrder(office, { quantity: 6, priceMinor: 5000 });
      const put = await as('admin').put(`/catalog/skus/${sku}`, {
        name: 'Mug',
        priceMinor: 5000,
        currency: 'GBP',
        costMinor,
      });
      const lines = (quantity: number) => [{ lineId: 'line-1', quantity }];
      await postPayment(office, aPayment(orderId, { amountMinor: 35_000 }));
      const done = [
        put,
        await as('service-lead').post(`${path}/review`, { decision: 'release', reason: secret }),
        await as('service-lead').post(`${path}/cancellation`, { requestId: 'c', reason: secret, lines: lines(1) }),
        await as('service-lead').send('PATCH', path, { customer: { name: 'Ada L.' }, reason: secret }),
        await as('warehouse').post(`${path}/shipments`, { shipmentId: 's', lines: lines(3) }),
        await as('warehouse').post(`${path}/shipments/s/delivery`, {}),
        await as('warehouse').post('/stock/movements', {
          movements: [{ movementId: 'm', sku, warehouse: 'main', type: 'adjustment', quantity: -1, reason: secret }],
        }),
      ];
      const refund = await as('service').post('/refunds', {
        requestId: 'r',
        orderId,
        reason: 'late',
        note: secret,
        lines: lines(1),
        goodwillMinor: 3000,
      });
      const refundId = String(refund.body.refundId);
      done.push(
        refund,
        await as('finance').post(`/refunds/${refundId}/decisions`, { decision: 'reject', comment: secret }),
      );
      const refunds = refundDriver(() => office);
      // Two approvals and the goods are needed from 500.00 on.
      const returned = await refunds.paidOrder({ priceMinor: 60_000 });
      done.push(await refunds.ship(returned.path, 1));
      const toReturn = await refunds.requested(returned.orderId, { reason: 'damaged', note: secret });
      for (const by of ['service-lead', 'finance'])
        done.push(await refunds.decide(toReturn.path, by, 'approve', secret));
      const rmaId = toReturn.refundId.replace('ref_', 'rma_');
      const units = [{ lineId: 'line-1', quantity: 1, disposition: 'damaged', note: secret }];
      done.push(await as('warehouse').post(`/returns/${rmaId}/receipts`, { receiptId: 'p', units }));
      expect(done.map(({ status, text }) => (status < 300 ? 'ok' : text))).toEqual(done.map(() => 'ok'));
      await office.settled();

      const ids: Record<string, string> = {
        orderId,
        sku,
        refundId,
        rmaId,
        endpointId: 'shop',
      };
      const reads = contractRoutes
        .filter(({ method, scope }) => method === 'GET' && scope !== undefined)
        .map((route) => route.path.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => ids[name] ?? 'unknown'))
        .concat('/orders?customerId=x', '/orders?status=partly-shipped,delivered', `/refunds?orderId=${orderId}`)
        .concat(toReturn.path);
      const bodies = await Promise.all(reads.map(async (read) => (await as('storefront').get(read)).text));
      const staff = await Promise.all(reads.map(async (read) => (await as('admin').get(read)).text));
      const withStaffTexts = (texts: string[]) => reads.filter((_, index) => isTold(texts[index]));
      expect(withStaffTexts(bodies)).toEqual([]);
      const shownToStaff = withStaffTexts(staff);
      const expected = [
        `/orders/${orderId}/timeline`,
        `/refunds/${refundId}`,
        `/returns/${rmaId}`,
        `/catalog/skus/${sku}`,
      ];
      expect(expected.filter((read) => !shownToStaff.includes(read))).toEqual([]);

      const reasonsIn = (type: string) =>
        receiver.received.flatMap(({ json }) => (json.type === type ? [Object(json.data).reason] : []));
      await expect
        .poll(() => reasoned.map(reasonsIn), { timeout: 600_000 })
        .toEqual(reasoned.map(() => [reasonOfTheStore]));
      expect(receiver.received.filter(({ body }) => isTold(body))).toEqual([]);
    } finally {
      await office.stop();
      await receiver.stop();
    }
  },
);
