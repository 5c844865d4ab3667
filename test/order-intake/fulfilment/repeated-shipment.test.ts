import { describe, expect, test } from 'vitest';
import { fulfilmentRoutes } from '../../../functions/order-intake/fulfilment/fulfilment-api.ts';
import * as routes from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import { aPolicy } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { aRequest } from '../../support/requests.ts';

const content = { shipmentId: 's-1', lines: [{ lineId: 'line-1', quantity: 1 }], carrier: 'Zoe\u0308' };
const channels = { storefront: { channel: 'storefront', pricesItself: false, staff: false } };

/** Ships an order that has a shipment with this hash under the same id. */
const shipAgain = (hash: string, body: routes.ShipmentContent = content) => {
  const shipment = { ...content, contentHash: hash, shippedAt: '2026-03-05T12:00:00Z' };
  const order = aPlacedOrder([{ quantity: 2, totalMinor: 2000 }], { shipments: [shipment] });
  const orders = { current: async () => ({ order }), commit: () => expect.fail('Nothing is written') };
  const refunded = { read: async () => ({ units: [] }) };
  const { shipOrder } = fulfilmentRoutes({ orders, refunded } as never, channels, aPolicy(), (_now, change) =>
    change((decide) => decide),
  );
  return shipOrder(aRequest(routes.shipOrder, { params: { orderId: order.orderId }, body }, 'warehouse'));
};

describe('a repeated shipment', () => {
  test.each([
    ['as it was sent before 2026-11-30', contentHash(content), content],
    ['as it was sent', canonicalHash(content), content],
    ['with another normal form of its text', canonicalHash(content), { ...content, carrier: 'Zoë' }],
    [
      'with its members in another order',
      canonicalHash(content),
      Object.fromEntries(Object.entries(content).toReversed()),
    ],
  ])('is a replay %s', async (_name, stored, body) => {
    const again = await shipAgain(stored, body as routes.ShipmentContent);
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
  });

  test.each([contentHash(content), canonicalHash(content)])(
    'is a conflict with other content than %s',
    async (stored) => {
      expect(await shipAgain(stored, { ...content, carrier: 'DHL' })).toMatchObject({
        status: 409,
        body: { type: 'shipment-conflict' },
      });
    },
  );
});
