import { expect, test } from 'vitest';
import * as routes from '../../../shared/contracts/refunds/routes.ts';

const valid = {
  requestId: 'request-1',
  orderId: 'ord_0123456789abcdefghjkmnpqrs',
  reason: 'late',
  lines: [{ lineId: 'line-1', quantity: 1 }],
};

test.each<[string, object, string]>([
  ['no lines', { lines: [] }, '/lines'],
  ['a line without units or amount', { lines: [{ lineId: 'line-1', quantity: 0 }] }, '/lines'],
  ['a fraction of a unit', { lines: [{ lineId: 'line-1', quantity: 1.5 }] }, '/lines/0/quantity'],
  ['no charges', { charges: [] }, '/charges'],
  ['a charge twice', { charges: [{ chargeId: 'duty' }, { chargeId: 'duty' }] }, '/charges'],
  ['a negative amount', { shippingMinor: -1 }, '/shippingMinor'],
  ['an empty request id', { requestId: '' }, '/requestId'],
  ['a malformed order id', { orderId: 'nonsense' }, '/orderId'],
])('a refund request with %s is invalid', (_case, content, pointer) => {
  const parsed = routes.requestRefund.body.safeParse({ ...valid, ...content });
  expect(parsed.error?.issues.map(({ path }) => `/${path.join('/')}`)).toContain(pointer);
});

test('a refund request of one unit is valid', () => {
  expect(routes.requestRefund.body.safeParse(valid).success).toBe(true);
});
