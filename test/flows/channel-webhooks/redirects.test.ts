import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withEnvironment } from '../../support/system/edited-template.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';
import { isSignedWith, type Received, startReceiver } from '../../support/webhooks/webhook-receiver.ts';

// The store challenges local endpoints too, as it does every endpoint on AWS.
let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice({ cdkOut: withEnvironment('WEBHOOK_CHALLENGED', () => 'all') });
  sku = await stockedSku(office, { units: 1000 });
});
afterAll(() => office.stop());

const path = '/webhooks/endpoints/shop';
const asChannel = () => office.client('storefront');
const staffPath = (more = '') => `${path}${more}?channel=storefront`;

/** A receiver that echoes challenges. */
async function echoingReceiver() {
  const receiver = await startReceiver(({ json }) => ({
    status: 200,
    body: JSON.stringify({ challenge: json.data.challenge }),
  }));
  onTestFinished(() => receiver.stop());
  return receiver;
}
const types = (received: Received[]) => received.map(({ json }) => json.type);
const placeOrder = async () => expect((await asChannel().post('/orders', orderOf(sku))).status).toBe(201);

test('an endpoint proves its ownership, rotates its secret without losing events, and is redirected by two people only', async () => {
  const old = await startReceiver();
  onTestFinished(() => old.stop());
  const created = await asChannel().put(path, { url: old.url });
  expect(created).toMatchObject({ status: 201, body: { status: 'pending-verification' } });
  expectProblem(await asChannel().post(`${path}/verification`, {}), 409, 'verification-failed');
  await placeOrder();
  await expect.poll(() => types(old.received).length, { timeout: 30_000 }).toBeGreaterThan(1);
  // An address that does not echo the challenge gets no data of the order.
  expect(new Set(types(old.received))).toEqual(new Set(['WebhookEndpointVerification']));

  old.behave = ({ json }) => ({ status: 200, body: JSON.stringify({ challenge: json.data.challenge }) });
  await expect.poll(() => types(old.received), { timeout: 600_000 }).toContain('OrderPlaced');
  expect((await asChannel().get(path)).body).toMatchObject({ status: 'active' });

  const rotated = await asChannel().post(`${path}/secret-rotations`, {});
  expect(rotated.status, rotated.text).toBe(201);
  await placeOrder();
  await expect.poll(() => types(old.received).filter((type) => type === 'OrderPlaced').length).toBe(2);
  const last = old.received.findLast(({ json }) => json.type === 'OrderPlaced');
  for (const { secret } of [created.body, rotated.body]) expect(last && isSignedWith(secret, last)).toBe(true);

  const other = await echoingReceiver();
  const requested = await office.client('admin').put(staffPath(), { url: other.url });
  expect(requested).toMatchObject({ status: 202, body: { url: old.url, pendingChange: { url: other.url } } });
  const decision = { changeId: requested.body.pendingChange.changeId, decision: 'approve' };
  expectProblem(await office.client('admin').post(staffPath('/decisions'), decision), 403, 'second-person-needed');
  await expect.poll(() => types(old.received)).toContain('WebhookChangeRequested');
  await placeOrder();
  await expect.poll(() => types(old.received).filter((type) => type === 'OrderPlaced').length).toBe(3);
  expect(other.received).toEqual([]);

  const approved = await office.client('service-lead').post(staffPath('/decisions'), decision);
  expect(approved, approved.text).toMatchObject({ status: 200, body: { url: other.url } });
  expect(approved.body).not.toHaveProperty('secret');
  const notices = () => old.received.filter(({ json }) => json.type === 'WebhookRedirected');
  // The first one was that of the rotation.
  await expect.poll(() => notices().length).toBe(2);
  expect(notices().map(({ json }) => json.data)).toMatchObject([{ change: 'rotate-secret' }, { url: other.url }]);
  for (const notice of notices()) expect(isSignedWith(rotated.body.secret, notice)).toBe(true);
  await placeOrder();
  await expect
    .poll(() => types(other.received), { timeout: 30_000 })
    .toEqual(['WebhookEndpointVerification', 'OrderPlaced']);
});
