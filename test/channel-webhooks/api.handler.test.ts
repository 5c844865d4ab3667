import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { cursors } from '../support/cursors.ts';
import { channels as defaultChannels } from '../support/environment.ts';
import { deliveryHandlers } from '../../functions/channel-webhooks/deliveries/delivery-api.ts';
import type { DeliveryMessage } from '../../functions/channel-webhooks/deliveries/delivery.ts';
import { endpointHandlers } from '../../functions/channel-webhooks/endpoints/endpoint-api.ts';
import {
  channelPartition,
  type Endpoint,
  type PendingChange,
} from '../../functions/channel-webhooks/endpoints/endpoint.ts';
import { createDeliveryStore } from '../../functions/channel-webhooks/deliveries/delivery-store.ts';
import { createEndpointStore } from '../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { aCause } from '../support/builders.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { eventsOf } from '../support/database/outbox.ts';

const channels = {
  ...defaultChannels,
  'service-lead': { channel: 'service-lead', pricesItself: false, staff: true },
};

// A database for each test, as each counts the endpoints of the same channel.
const database = databaseForEach();

let answer: { status?: number; error?: string } = { status: 200 };
const challenge = async () => ({ at: '2026-03-05T12:00:00.000Z', milliseconds: 5, ...answer });

type Given = { endpointId?: string; body?: unknown; query?: Record<string, string>; client?: string; db?: Database };

/** Calls the function as API Gateway does. */
async function call(method: string, path: string, given: Given = {}, sent: DeliveryMessage[] = []) {
  const { endpointId, body, query = {}, client = 'storefront', db = database.db } = given;
  const endpoints = createEndpointStore(db, tables);
  const deliveries = createDeliveryStore(db, tables);
  const queue = { send: async (messages: DeliveryMessage[]) => void sent.push(...messages) };
  const handler = httpHandler(
    ...endpointHandlers({ store: endpoints, challenge, channels, isLoopbackAllowed: false, retryBudgetMs: 60_000 }),
    ...deliveryHandlers({ endpoints, deliveries, channels, queue, cursors }),
  );
  const event = {
    routeKey: `${method} ${path}`,
    rawPath: path,
    headers: { 'content-type': 'application/json' },
    pathParameters: endpointId === undefined ? {} : { endpointId },
    queryStringParameters: query,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    requestContext: {
      requestId: 'request-1',
      http: { method, path },
      authorizer: { jwt: { claims: { client_id: client } } },
    },
  } as unknown as APIGatewayProxyEventV2;
  const response = await handler(event, {} as unknown as Context);
  return { status: response.statusCode, body: JSON.parse(response.body ?? 'null') };
}
const put = (endpointId: string, given: Given = {}) =>
  call('PUT', '/webhooks/endpoints/{endpointId}', { endpointId, body: { url }, ...given });
const url = 'https://shop.example.com/hooks';
const list = async (given: Given = {}) => (await call('GET', '/webhooks/endpoints', given)).body.endpoints;
const publishedStatuses = async () => (await published('WebhookEndpointChanged')).map(({ status }) => status);

const published = async (type: string) =>
  (await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, channelPartition('storefront')))
    .filter(({ detailType }) => detailType === type)
    .map(({ detail }) => detail.data);

describe('an endpoint', () => {
  test('is created once by ten concurrent PUTs; the secret is shown once and each change is published', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => put('shop')));
    const created = responses.filter(({ status }) => status === 201);
    expect(created).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(responses.filter(({ body }) => 'secret' in body)).toEqual(created);
    expect(await list()).toMatchObject([{ endpointId: 'shop', url, status: 'pending-verification' }]);
    expect(await publishedStatuses()).toEqual(responses.map(() => 'pending-verification'));
  });

  test('is not created in part when the write fails, and is created despite conflicts', async () => {
    expect((await put('shop', { db: withCrash(database.db, { transaction: 1, when: 'before' }) })).status).toBe(500);
    expect([await list(), await publishedStatuses()]).toEqual([[], []]);
    // The response with the secret did not arrive: the caller has to delete the endpoint to get a new secret.
    expect((await put('shop', { db: withCrash(database.db, { transaction: 1, when: 'after' }) })).status).toBe(500);
    expect((await put('shop', { db: withConflicts(database.db, { conflicts: 3 }) })).status).toBe(200);
    expect(await publishedStatuses()).toEqual(['pending-verification', 'pending-verification']);
  });

  test('with invalid content is refused, and the other endpoints stay', async () => {
    await put('good');
    const bad = [
      put('bad', { body: '{' }),
      put('bad', { body: { url: 'ftp://shop.example.com' } }),
      put('bad', { body: { url: 'https://name:password@shop.example.com' } }),
      put('bad', { body: { url: 'https://127.0.0.1/' } }),
      put('bad', { body: { url: 'http://shop.example.com/' } }),
      put('bad', { body: { url, eventTypes: [] } }),
      put('bad', { body: { url, eventTypes: ['OrderPlaced', 'OrderShiped'] } }),
      put('b/d'),
      put('bad', { query: { channel: '' } }),
    ];
    expect((await Promise.all(bad)).map(({ status }) => status)).toEqual([400, 422, 422, 422, 422, 422, 422, 400, 400]);
    expect(await list()).toMatchObject([{ endpointId: 'good' }]);
  });

  test('is visible to its own channel, and to staff who name the channel', async () => {
    await put('shop');
    expect(await list({ client: 'marketplace' })).toEqual([]);
    expect((await call('GET', '/webhooks/endpoints', { client: 'warehouse' })).status).toBe(403);
    const query = { channel: 'storefront' };
    expect((await call('GET', '/webhooks/endpoints', { client: 'marketplace', query })).status).toBe(403);
    expect(await list({ client: 'admin', query })).toMatchObject([{ endpointId: 'shop' }]);
    expect((await put('shop', { client: 'admin', query: { channel: 'unknown' } })).status).toBe(403);
  });

  test('is one of at most ten, and repeated deletes publish one event', async () => {
    for (let index = 0; index < 10; index += 1) expect((await put(`shop-${index}`)).status).toBe(201);
    expect(await put('eleventh')).toMatchObject({ status: 409, body: { type: 'too-many-endpoints' } });
    expect((await put('shop-1')).status).toBe(200);
    const remove = () => call('DELETE', '/webhooks/endpoints/{endpointId}', { endpointId: 'shop-1' });
    const responses = await Promise.all([remove(), remove(), remove()]);
    expect([...responses, await remove()].map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await publishedStatuses()).filter((status) => status === 'deleted')).toHaveLength(1);
    expect((await call('GET', '/webhooks/endpoints/{endpointId}', { endpointId: 'shop-1' })).status).toBe(404);
    expect((await put('eleventh')).status).toBe(201);
  });
});

describe('the verification of an endpoint', () => {
  const verify = () => call('POST', '/webhooks/endpoints/{endpointId}/verification', { endpointId: 'shop' });

  test('makes it active, also when repeated', async () => {
    expect((await verify()).status).toBe(404);
    expect((await put('shop')).body).toMatchObject({ status: 'pending-verification' });
    answer = { status: 200 };
    expect(await verify()).toMatchObject({ status: 200, body: { status: 'active' } });
    answer = { error: 'timeout' };
    expect(await verify()).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(await publishedStatuses()).toEqual(['pending-verification', 'active']);
    // The same address stays verified; another one does not.
    expect((await put('shop', { body: { url, eventTypes: ['OrderPlaced'] } })).body.status).toBe('active');
    expect((await put('shop', { body: { url: `${url}/2` } })).body.status).toBe('pending-verification');
  });

  test.each([
    [{ status: 200, error: 'challenge-not-echoed' }, 'status 200, without the challenge'],
    [{ status: 404 }, 'status 404'],
    [{ status: 302 }, 'status 302'],
    [{ error: 'timeout' }, 'timeout'],
    [{ error: 'address-refused' }, 'address-refused'],
  ])('fails with what the endpoint answered, once in 15 seconds: %o', async (given, detail) => {
    await put('shop');
    answer = given;
    const failed = await verify();
    expect(failed).toMatchObject({ status: 409, body: { type: 'verification-failed' } });
    expect(failed.body.detail).toContain(`it answered: ${detail}.`);
    expect(await verify()).toMatchObject({ status: 429, body: { type: 'too-many-attempts' } });
    expect(await list()).toMatchObject([{ status: 'pending-verification' }]);
  });
});

describe('a rotation', () => {
  const rotate = (given: Given = {}) =>
    call('POST', '/webhooks/endpoints/{endpointId}/secret-rotations', { endpointId: 'shop', ...given });

  test('shows a new secret and until when the previous one is valid, and is published', async () => {
    expect((await rotate()).status).toBe(404);
    const { secret } = (await put('shop')).body;
    const rotated = await rotate();
    expect(rotated).toMatchObject({ status: 201, body: { previousSecretsExpireAt: expect.any(String) } });
    expect(rotated.body.secret).toMatch(/^whsec_/);
    expect(rotated.body.secret).not.toBe(secret);
    const revoked = await rotate({ body: { previousExpiresAfterSeconds: 0 } });
    expect(revoked.body).not.toHaveProperty('previousSecretsExpireAt');
    expect(await list()).toMatchObject([{ endpointId: 'shop' }]);
    expect((await list())[0]).not.toHaveProperty('secret');
    expect(await published('WebhookRedirected')).toMatchObject([
      { change: 'rotate-secret', requestedBy: 'storefront' },
      { change: 'rotate-secret', requestedBy: 'storefront' },
    ]);
    expect((await rotate({ body: { previousExpiresAfterSeconds: 604_801 } })).status).toBe(422);
  });
});

const store = () => createEndpointStore(database.db, tables);

/** An endpoint of the storefront, as it is stored. */
async function storedEndpoint(endpointId: string): Promise<Endpoint> {
  const stored = await store().read({ channel: 'storefront', endpointId });
  if (!stored) throw new Error(`There is no endpoint ${endpointId}`);
  return stored;
}

/** Changes the stored change that awaits its decision. */
async function storePending(endpointId: string, given: Partial<PendingChange>) {
  const stored = await storedEndpoint(endpointId);
  if (!stored.pendingChange) throw new Error('No change is pending');
  const pendingChange = { ...stored.pendingChange, ...given };
  await store().write({ ...stored, pendingChange, version: stored.version + 1 }, aCause());
}
const expire = (endpointId: string) => storePending(endpointId, { expiresAt: Date.now() - 1 });

/** A database that runs this before its first transaction. */
function beforeTransaction(db: Database, run: () => Promise<unknown>): Database {
  let isFirst = true;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand && isFirst) {
      isFirst = false;
      await run();
    }
    return db.send(command);
  };
  return { send } as Database;
}

describe('staff', () => {
  const query = { channel: 'storefront' };
  const elsewhere = { url: 'https://elsewhere.example.com/hooks' };
  const decide = (client: string, changeId: string, decision: 'approve' | 'reject' = 'approve') =>
    call('POST', '/webhooks/endpoints/{endpointId}/decisions', {
      endpointId: 'shop',
      client,
      body: { changeId, decision },
      ...(client !== 'storefront' && { query }),
    });
  const asStaff = (body: object = elsewhere) => put('shop', { client: 'admin', query, body });
  const rotateAs = (client: string, body: object = {}) =>
    call('POST', '/webhooks/endpoints/{endpointId}/secret-rotations', { endpointId: 'shop', client, query, body });
  const rotateAsStaff = (body: object = {}) => rotateAs('admin', body);

  test.each([
    ['create an endpoint', false, asStaff],
    ['redirect an endpoint', true, asStaff],
    ['redirect an endpoint and its types', true, () => asStaff({ ...elsewhere, eventTypes: ['OrderPlaced'] })],
    ['rotate a secret', true, rotateAsStaff],
    [
      'redirect an endpoint twice',
      true,
      async () => {
        await asStaff({ url: 'https://first.example.com/' });
        return asStaff();
      },
    ],
  ])('who %s need the channel or a second person', async (_what, isExisting, request) => {
    if (isExisting) await put('shop');
    const before = isExisting ? await list() : [];
    const response = await request();
    expect(response).toMatchObject({ status: 202, body: { pendingChange: { requestedBy: 'admin' } } });
    expect(response.body).not.toHaveProperty('secret');
    const { changeId } = response.body.pendingChange;
    const now = await list();
    expect(now[0]).toMatchObject(isExisting ? { ...before[0] } : { status: 'disabled', reason: 'awaiting-approval' });
    expect(await decide('admin', changeId)).toMatchObject({ status: 403, body: { type: 'second-person-needed' } });
    expect(await decide('marketplace', changeId)).toMatchObject({ status: 403 });
    expect(await decide('storefront', 'another')).toMatchObject({ status: 409, body: { type: 'no-such-change' } });
    // Another request of the requester does not become active either, and replaces the first one.
    expect((await asStaff({ url: 'https://third.example.com/' })).status).toBe(202);
    expect(await decide('storefront', changeId)).toMatchObject({ status: 409, body: { type: 'no-such-change' } });
    expect(await published('WebhookRedirected')).toEqual([]);
  });

  test.each([
    ['creation', false, () => asStaff(), () => asStaff()],
    [
      'creation with types in another order',
      false,
      () => asStaff({ ...elsewhere, eventTypes: ['OrderPlaced', 'OrderShipped'] }),
      () => asStaff({ ...elsewhere, eventTypes: ['OrderShipped', 'OrderPlaced'] }),
    ],
    ['redirect', true, () => asStaff(), () => asStaff()],
    ['rotation', true, () => rotateAsStaff(), () => rotateAsStaff()],
    [
      'rotation with the default overlap',
      true,
      rotateAsStaff,
      () => rotateAsStaff({ previousExpiresAfterSeconds: 86_400 }),
    ],
  ])('who repeat a %s request one change', async (_what, isExisting, first, second) => {
    if (isExisting) await put('shop');
    const { changeId } = (await first()).body.pendingChange;
    expect(await second()).toMatchObject({ status: 202, body: { pendingChange: { changeId } } });
    expect(await published('WebhookChangeRequested')).toHaveLength(1);
    expect((await decide('storefront', changeId)).status).toBe(200);
  });

  test.each([
    ['another address', () => asStaff({ url: 'https://third.example.com/' })],
    ['other types', () => asStaff({ ...elsewhere, eventTypes: ['OrderPlaced'] })],
    ['a rotation', () => rotateAsStaff()],
    ['the same of another person', () => put('shop', { client: 'service-lead', query, body: elsewhere })],
    ['the same after it expired', async () => (await expire('shop'), asStaff())],
  ])('who request %s replace the change', async (_what, request) => {
    await put('shop');
    const { changeId } = (await asStaff()).body.pendingChange;
    const response = await request();
    expect(response).toMatchObject({ status: 202, body: { pendingChange: { changeId: expect.any(String) } } });
    expect(response.body.pendingChange.changeId).not.toBe(changeId);
    expect(await published('WebhookChangeRequested')).toHaveLength(2);
  });

  test.each(['admin', 'service-lead', 'storefront'])(
    'create an endpoint whose secret %s cannot rotate before the approval',
    async (client) => {
      const { changeId } = (await asStaff()).body.pendingChange;
      expect(await rotateAs(client)).toMatchObject({ status: 409, body: { type: 'awaiting-approval' } });
      expect(await decide('storefront', changeId)).toMatchObject({ status: 200, body: elsewhere });
    },
  );

  test('who reject another change than the creation keep the endpoint', async () => {
    const { changeId } = (await asStaff()).body.pendingChange;
    // A rotation of an endpoint that awaits its approval, as stored before it was refused.
    await storePending('shop', { change: 'rotate-secret' });
    expect(await decide('storefront', changeId)).toMatchObject({ status: 409, body: { type: 'awaiting-approval' } });
    expect((await decide('storefront', changeId, 'reject')).status).toBe(200);
    expect(await list()).toMatchObject([{ endpointId: 'shop', status: 'disabled' }]);
  });

  test('who reject a creation do not delete the endpoint that its channel created meanwhile', async () => {
    const { changeId } = (await asStaff()).body.pendingChange;
    const db = beforeTransaction(database.db, () => put('shop'));
    const body = { changeId, decision: 'reject' };
    const path = '/webhooks/endpoints/{endpointId}/decisions';
    const rejected = await call('POST', path, { endpointId: 'shop', client: 'admin', query, body, db });
    expect(rejected).toMatchObject({ status: 409, body: { type: 'no-such-change' } });
    expect(await list()).toMatchObject([{ url, status: 'pending-verification' }]);
  });

  test('create endpoints that count until they expire, and DynamoDB deletes the expired ones', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `shop-${index}`);
    for (const id of ids) expect((await put(id, { client: 'admin', query })).status).toBe(202);
    expect(await put('shop')).toMatchObject({ status: 409, body: { type: 'too-many-endpoints' } });
    const [first = '', second = ''] = ids;
    expect((await storedEndpoint(first)).expiresAt).toBeGreaterThan(Date.now() / 1000);
    await expire(first);
    expect((await put('shop')).status).toBe(201);
    expect(await put('shop-10')).toMatchObject({ status: 409 });
    // Its channel keeps it.
    expect((await put(second)).status).toBe(200);
    expect(await storedEndpoint(second)).not.toHaveProperty('expiresAt');
  });

  test('need a second person for the endpoints of their own channel too', async () => {
    const own = await put('shop', { client: 'admin' });
    expect(own).toMatchObject({ status: 202, body: { channel: 'admin', status: 'disabled' } });
    const path = '/webhooks/endpoints/{endpointId}/decisions';
    const body = { changeId: own.body.pendingChange.changeId, decision: 'approve' };
    const approve = (client: string) =>
      call('POST', path, { endpointId: 'shop', client, body, query: { channel: 'admin' } });
    expect(await approve('admin')).toMatchObject({ status: 403, body: { type: 'second-person-needed' } });
    expect((await approve('service-lead')).status).toBe(200);
  });

  test.each(['storefront', 'service-lead'])('redirect an endpoint after %s approves, once', async (decider) => {
    await put('shop');
    const { changeId } = (await asStaff()).body.pendingChange;
    const decisions = await Promise.all([decide(decider, changeId), decide(decider, changeId)]);
    expect(decisions.map(({ status }) => status).toSorted((a = 0, b = 0) => a - b)).toEqual([200, 409]);
    const [shop] = await list();
    expect(shop).toMatchObject({ ...elsewhere, status: 'pending-verification' });
    expect(shop).not.toHaveProperty('pendingChange');
    expect(await published('WebhookRedirected')).toMatchObject([
      { ...elsewhere, change: 'redirect', requestedBy: 'admin', approvedBy: decider },
    ]);
  });

  test('create an endpoint whose secret is shown to who approves; its address has to echo the challenge', async () => {
    const { changeId } = (await asStaff()).body.pendingChange;
    const approved = await decide('service-lead', changeId);
    expect(approved).toMatchObject({ status: 200, body: { ...elsewhere, status: 'pending-verification' } });
    expect(approved.body.secret).toMatch(/^whsec_/);
  });

  test('reject a request: the endpoint stays as it was, and a rejected creation leaves none', async () => {
    const creation = (await asStaff()).body.pendingChange;
    expect((await decide('admin', creation.changeId, 'reject')).status).toBe(200);
    expect(await list()).toEqual([]);
    await put('shop');
    const redirect = (await asStaff()).body.pendingChange;
    expect((await decide('storefront', redirect.changeId, 'reject')).status).toBe(200);
    expect((await list())[0]).toMatchObject({ url });
    expect((await decide('storefront', redirect.changeId)).status).toBe(409);
  });

  test('change the event types of an endpoint at once, as its receiver stays the same', async () => {
    await put('shop');
    expect((await asStaff({ url, eventTypes: ['OrderPlaced'] })).status).toBe(200);
  });

  test('cannot approve what was requested more than a week ago', async () => {
    await put('shop');
    const { changeId } = (await asStaff()).body.pendingChange;
    await expire('shop');
    expect((await list())[0]).not.toHaveProperty('pendingChange');
    expect((await decide('storefront', changeId)).status).toBe(409);
  });
});

test('a channel that redirects its own endpoint publishes where the notice goes, if the old address was verified', async () => {
  await put('shop');
  await put('shop', { body: { url: `${url}/2` } });
  answer = { status: 200 };
  await call('POST', '/webhooks/endpoints/{endpointId}/verification', { endpointId: 'shop' });
  await put('shop', { body: { url: `${url}/3` } });
  const redirects = await published('WebhookRedirected');
  expect(redirects.map(({ noticeUrl }) => noticeUrl)).toEqual([undefined, `${url}/2`]);
});

describe('deliveries of an endpoint', () => {
  const path = '/webhooks/endpoints/{endpointId}/deliveries';

  /** Records this many deliveries, every other one dead; returns their event ids. */
  async function recorded(count: number): Promise<string[]> {
    const store = createDeliveryStore(database.db, tables);
    const ids = Array.from({ length: count }, (_, index) => `01JZ${String(index).padStart(22, '0')}`);
    for (const [index, eventId] of ids.entries()) {
      const state = index % 2 === 0 ? 'dead' : 'delivered';
      const message = { channel: 'storefront', endpointId: 'shop', eventId, eventType: 'OrderPlaced', orderId: 'o' };
      await store.record({ ...message, round: 0, state, startedAt: 0, tries: 0, attempts: [], revision: 1 }, aCause());
    }
    return ids;
  }

  test('are listed in pages, newest first and each once: all, or the dead ones', async () => {
    await put('shop');
    const ids = await recorded(7);
    for (const [state, expected] of [
      ['all', ids],
      ['dead', ids.filter((_id, index) => index % 2 === 0)],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { state, limit: '3', ...(cursor !== undefined && { cursor }) };
        const { body } = await call('GET', path, { endpointId: 'shop', query });
        seen.push(...body.deliveries.map(({ eventId }: DeliveryMessage) => eventId));
        cursor = body.cursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(expected.toReversed());
    }
    const query = { cursor: 'nonsense' };
    expect(await call('GET', path, { endpointId: 'shop', query })).toMatchObject({
      status: 400,
      body: { type: 'invalid-cursor' },
    });
    expect((await call('GET', path, { endpointId: 'other' })).status).toBe(404);
  });

  test('are replayed as their next round, however often the replay is repeated', async () => {
    await put('shop');
    const ids = await recorded(5);
    const sent: DeliveryMessage[] = [];
    const body = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
    const replay = (more: object = {}) =>
      call(
        'POST',
        '/webhooks/endpoints/{endpointId}/replays',
        { endpointId: 'shop', body: { ...body, ...more } },
        sent,
      );
    expect(await replay()).toMatchObject({ status: 202, body: { replayed: 3 } });
    expect(await replay()).toMatchObject({ status: 202, body: { replayed: 3 } });
    const dead = ids.filter((_id, index) => index % 2 === 0);
    expect(sent.map(({ eventId, round }) => [eventId, round])).toEqual([...dead, ...dead].map((id) => [id, 1]));
    expect((await replay({ includeDelivered: true })).body).toEqual({ replayed: 5 });
    expect((await replay({ to: body.from })).status).toBe(422);
    expect((await replay({ from: 'yesterday' })).status).toBe(422);
  });
});
