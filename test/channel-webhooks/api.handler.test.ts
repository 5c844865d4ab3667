import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { deliveryHandlers } from '../../functions/channel-webhooks/deliveries/delivery-api.ts';
import type { DeliveryMessage } from '../../functions/channel-webhooks/deliveries/delivery.ts';
import { endpointHandlers } from '../../functions/channel-webhooks/endpoints/endpoint-api.ts';
import { channelPartition } from '../../functions/channel-webhooks/endpoints/endpoint.ts';
import { createDeliveryStore } from '../../functions/channel-webhooks/deliveries/delivery-store.ts';
import { createEndpointStore } from '../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { aCause } from '../support/builders.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { withConflicts } from '../support/database/conflicting-database.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { eventsOf } from '../support/database/outbox.ts';

// A database for each test, as each counts the endpoints of the same channel.
const database = databaseForEach();

type Given = { endpointId?: string; body?: unknown; query?: Record<string, string>; client?: string; db?: Database };

/** Calls the function as API Gateway does. */
async function call(method: string, path: string, given: Given = {}, sent: DeliveryMessage[] = []) {
  const { endpointId, body, query = {}, client = 'storefront', db = database.db } = given;
  const endpoints = createEndpointStore(db, tables);
  const deliveries = createDeliveryStore(db, tables);
  const queue = { send: async (messages: DeliveryMessage[]) => void sent.push(...messages) };
  const handler = httpHandler(
    ...endpointHandlers({ store: endpoints, channels, isLoopbackAllowed: false, retryBudgetMs: 60_000 }),
    ...deliveryHandlers({ endpoints, deliveries, channels, queue }),
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
const publishedStatuses = async () =>
  (await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, channelPartition('storefront'))).map(
    ({ detail }) => detail.data['status'],
  );

describe('an endpoint', () => {
  test('is created once by ten concurrent PUTs; the secret is shown once and each change is published', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => put('shop')));
    const created = responses.filter(({ status }) => status === 201);
    expect(created).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(responses.filter(({ body }) => 'secret' in body)).toEqual(created);
    expect(await list()).toMatchObject([{ endpointId: 'shop', url, status: 'active' }]);
    expect(await publishedStatuses()).toEqual(responses.map(() => 'active'));
  });

  test('is not created in part when the write fails, and is created despite conflicts', async () => {
    expect((await put('shop', { db: withCrash(database.db, { transaction: 1, when: 'before' }) })).status).toBe(500);
    expect([await list(), await publishedStatuses()]).toEqual([[], []]);
    // The response with the secret did not arrive: the caller has to delete the endpoint to get a new secret.
    expect((await put('shop', { db: withCrash(database.db, { transaction: 1, when: 'after' }) })).status).toBe(500);
    expect((await put('shop', { db: withConflicts(database.db, { conflicts: 3 }) })).status).toBe(200);
    expect(await publishedStatuses()).toEqual(['active', 'active']);
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
