import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withEnvironment } from '../../support/system/edited-template.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';
import { startHostileReceiver } from '../../support/webhooks/hostile-receiver.ts';
import { isSignedWith, startReceiver } from '../../support/webhooks/webhook-receiver.ts';

// Retries for 4 seconds instead of a day.
const retrying = { initialDelaySeconds: 1, maxDelaySeconds: 1, maxAgeSeconds: 4, timeoutSeconds: 2 };
let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice({ cdkOut: withEnvironment('RETRYING', () => JSON.stringify(retrying)) });
  sku = await stockedSku(office, { units: 1000 });
});
afterAll(() => office.stop());

const storefront = () => office.client('storefront');

/** Registers an endpoint, which is removed when the test ends. */
async function anEndpointAt(url: string) {
  const path = `/webhooks/endpoints/shop-${randomUUID().slice(0, 8)}`;
  const created = await storefront().put(path, { url });
  expect(created.status, created.text).toBe(201);
  onTestFinished(async () => {
    expect((await storefront().send('DELETE', path)).status).toBe(204);
  });
  return { path, secret: String(created.body.secret) };
}

/** Starts a receiver and registers an endpoint for it. Both are removed when the test ends. */
async function anEndpoint(behave?: Parameters<typeof startReceiver>[0]) {
  const receiver = await startReceiver(behave);
  onTestFinished(() => receiver.stop());
  const { path, secret } = await anEndpointAt(receiver.url);
  const listed = async (state: string) => (await storefront().get(`${path}/deliveries?state=${state}`)).body.deliveries;
  const replay = (content: object = {}) =>
    storefront().post(`${path}/replays`, { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', ...content });
  return { receiver, secret, path, deliveries: () => listed('all'), dead: () => listed('dead'), replay };
}

async function placeOrder(client = 'storefront'): Promise<string> {
  const placed = await office.client(client).post('/orders', orderOf(sku));
  expect(placed.status, placed.text).toBe(201);
  return placed.body.orderId;
}

test('a channel receives events of its own orders only, signed with the secret that is shown once', async () => {
  const { receiver, secret, path, deliveries } = await anEndpoint();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await storefront().get(path)).body).not.toHaveProperty('secret');
  await placeOrder('marketplace');
  const orderId = await placeOrder();
  await expect.poll(() => receiver.received.length).toBe(1);
  const [received] = receiver.received;
  if (!received) throw new Error('The receiver got no delivery');
  expect(received.json).toMatchObject({ type: 'OrderPlaced', data: { orderId, channel: 'storefront' } });
  expect(isSignedWith(secret, received)).toBe(true);
  expect(isSignedWith(secret, { ...received, body: `${received.body} ` })).toBe(false);
  const timeline = await storefront().get(`/orders/${orderId}/timeline`);
  expect(received.headers['webhook-id']).toBe(timeline.body.events[0].eventId);
  await expect
    .poll(deliveries)
    .toMatchObject([{ orderId, eventType: 'OrderPlaced', state: 'delivered', attempts: [{ status: 204 }] }]);
  expect(receiver.received).toHaveLength(1);
});

test('a refused delivery is retried under the same id until the endpoint accepts it', async () => {
  const { receiver, deliveries } = await anEndpoint((_received, number) => ({ status: number === 1 ? 500 : 200 }));
  await placeOrder();
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await expect.poll(deliveries).toMatchObject([{ state: 'delivered', attempts: [{ status: 500 }, { status: 200 }] }]);
});

test('a delivery that is not accepted in time is dead, and a replay delivers it once', async () => {
  const { receiver, deliveries, dead, replay } = await anEndpoint(() => ({
    status: 302,
    headers: { location: '/elsewhere' },
  }));
  const orderId = await placeOrder();
  await expect.poll(dead).toMatchObject([{ orderId, state: 'dead', reason: 'not-accepted-in-time' }]);
  const refused = receiver.received.length;
  expect(refused).toBeGreaterThan(1);

  // The delay makes both concurrent replays find the delivery not yet delivered.
  receiver.behave = () => ({ status: 200, afterMs: 1000 });
  expect((await replay({ to: '2020-01-02T00:00:00Z' })).body).toEqual({ replayed: 0 });
  const replays = await Promise.all([replay(), replay()]);
  for (const response of replays) expect(response, response.text).toMatchObject({ status: 202, body: { replayed: 1 } });
  await expect.poll(dead).toEqual([]);
  await expect.poll(deliveries).toMatchObject([{ orderId, state: 'delivered' }]);
  expect((await replay()).body).toEqual({ replayed: 0 });
  const accepted = async () =>
    (await deliveries())[0].attempts.filter(({ status }: { status: number }) => status === 200);
  expect(await accepted()).toHaveLength(1);
  // Both copies may have been sent before either was accepted.
  const received = receiver.received.length;
  expect([refused + 1, refused + 2]).toContain(received);

  expect((await replay({ includeDelivered: true })).body).toEqual({ replayed: 1 });
  await expect.poll(accepted).toHaveLength(2);
  expect(receiver.received).toHaveLength(received + 1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('an endpoint that responds with 410 is disabled, and missed events are replayed after it is enabled', async () => {
  const { receiver, path, dead, replay } = await anEndpoint(() => ({ status: 410 }));
  const first = await placeOrder();
  await expect
    .poll(async () => (await storefront().get(path)).body)
    .toMatchObject({ status: 'disabled', reason: 'gone' });
  const second = await placeOrder();
  const missed = async () => (await dead()).map((each: { orderId: string }) => each.orderId).toSorted();
  await expect.poll(missed).toEqual([first, second].toSorted());
  expect(receiver.received).toHaveLength(1);
  expectProblem(await replay(), 409, 'endpoint-disabled');

  receiver.behave = () => ({ status: 200 });
  const enabled = await storefront().put(path, { url: receiver.url });
  expect(enabled).toMatchObject({ status: 200, body: { status: 'active' } });
  expect(enabled.body).not.toHaveProperty('secret');
  expect((await replay()).body).toEqual({ replayed: 2 });
  await expect.poll(missed).toEqual([]);
});

test('an endpoint that does not respond does not delay other endpoints', async () => {
  const quick = await anEndpoint();
  let expected = 0;
  const deliveryMs = async () => {
    await Promise.all(Array.from({ length: 30 }, () => placeOrder()));
    expected += 30;
    const placedAt = performance.now();
    await expect.poll(() => quick.receiver.received.length).toBeGreaterThanOrEqual(expected);
    return performance.now() - placedAt;
  };
  // What the machine takes for as many deliveries without the slow ones.
  const aloneMs = await deliveryMs();
  const slow = await anEndpoint(() => ({ status: 200, afterMs: 60_000 }));
  // All slow ones together would take 30 × 2 s, over 4 functions at a time.
  expect(await deliveryMs()).toBeLessThan(8000 + 2 * aloneMs);
  const errors = async () =>
    (await slow.deliveries()).flatMap((each: { attempts: { error?: string }[] }) =>
      each.attempts.map(({ error }) => error),
    );
  await expect.poll(async () => new Set(await errors())).toEqual(new Set(['timeout']));
});

test('hostile endpoints are failing endpoints, and the honest endpoint of the same channel gets its events', async () => {
  const hostile = await Promise.all(
    (['switches protocols', 'never answers', 'sends a body without end', 'closes without an answer'] as const).map(
      async (behaviour) => {
        const receiver = await startHostileReceiver(behaviour);
        const { path } = await anEndpointAt(receiver.url);
        return { path, stop: receiver.stop };
      },
    ),
  );
  onTestFinished(async () => void (await Promise.all(hostile.map(({ stop }) => stop()))));
  const honest = await anEndpoint();
  const orderIds = await Promise.all(Array.from({ length: 5 }, () => placeOrder()));
  await expect
    .poll(() => honest.receiver.received.map(({ json }) => json.data.orderId).toSorted())
    .toEqual(orderIds.toSorted());
  const failures = async () =>
    (await Promise.all(hostile.map(({ path }) => storefront().get(path)))).map(({ body }) => body.lastFailure);
  await expect.poll(failures).toEqual(['upgrade-refused', 'timeout', 'timeout', 'ECONNRESET']);
  expect((await storefront().get(hostile[0]?.path ?? '')).body).toMatchObject({
    status: 'active',
    failingSince: expect.any(String),
  });
});

test('a response of more than 64 KB is a failed delivery', async () => {
  const { deliveries } = await anEndpoint(() => ({ status: 200, body: 'x'.repeat(70_000) }));
  await placeOrder();
  await expect.poll(deliveries).toMatchObject([{ attempts: [{ error: 'answer-too-large' }] }]);
});

test('an endpoint needs an https URL with a public address and is visible to its channel only', async () => {
  for (const url of [
    'http://shop.example.com/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/',
    'https://[fd00::1]/',
  ]) {
    expectProblem(await storefront().put('/webhooks/endpoints/bad', { url }), 422, 'url-refused');
  }
  expectProblem(await storefront().put('/webhooks/endpoints/bad', { url: 'ftp://shop.example.com' }), 422);
  const { path } = await anEndpoint();
  expectProblem(await office.client('marketplace').get(path), 404, 'unknown-endpoint');
  expectProblem(await office.client('marketplace').get(`${path}?channel=storefront`), 403, 'not-a-channel');
  expect((await office.client('admin').get(`${path}?channel=storefront`)).status).toBe(200);
  expectProblem(await office.client('warehouse').get(path), 403);
});
