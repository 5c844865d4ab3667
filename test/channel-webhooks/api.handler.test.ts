import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { deliveryHandlers } from '../../functions/channel-webhooks/delivery-api.ts';
import type { DeliveryMessage } from '../../functions/channel-webhooks/delivery.ts';
import { endpointHandlers } from '../../functions/channel-webhooks/endpoint-api.ts';
import { channelPartition } from '../../functions/channel-webhooks/endpoint.ts';
import { createWebhookStore } from '../../functions/channel-webhooks/store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { aCause } from '../support/builders.ts';
import { crashing } from '../support/crashing.ts';
import { contended } from '../support/contended.ts';
import { databaseForEach, tables } from '../support/dynamodb.ts';
import { eventsOf } from '../support/outbox.ts';

// One for each test: a channel has few endpoints, and each test counts its own.
const database = databaseForEach();

type Asked = { endpointId?: string; body?: unknown; query?: Record<string, string>; client?: string; db?: Database };

/** Calls the function as API Gateway does. */
async function call(method: string, path: string, asked: Asked = {}, sent: DeliveryMessage[] = []) {
  const { endpointId, body, query = {}, client = 'storefront', db = database.db } = asked;
  const store = createWebhookStore(db, tables);
  const queue = { send: async (messages: DeliveryMessage[]) => void sent.push(...messages) };
  const handler = httpHandler(
    ...endpointHandlers({ store, channels, isLoopbackAllowed: false }),
    ...deliveryHandlers({ store, channels, queue }),
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
  const answer = await handler(event, {} as unknown as Context);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') };
}
const put = (endpointId: string, asked: Asked = {}) =>
  call('PUT', '/webhooks/endpoints/{endpointId}', { endpointId, body: { url }, ...asked });
const url = 'https://shop.example.com/hooks';
const list = async (asked: Asked = {}) => (await call('GET', '/webhooks/endpoints', asked)).body.endpoints;
const told = async () =>
  (await eventsOf(database.db, tables.WEBHOOK_TABLE_NAME, channelPartition('storefront'))).map(
    ({ detail }) => detail.data['status'],
  );

describe('an endpoint', () => {
  test('put many times at once is one endpoint with one secret, shown once, and each change is told', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => put('shop')));
    const created = answers.filter(({ status }) => status === 201);
    expect(created).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(answers.filter(({ body }) => 'secret' in body)).toEqual(created);
    expect(await list()).toMatchObject([{ endpointId: 'shop', url, status: 'active' }]);
    expect(await told()).toEqual(answers.map(() => 'active'));
  });

  test('that could not be written is not there in part; after contention it is', async () => {
    expect((await put('shop', { db: crashing(database.db, { transaction: 1, when: 'before' }) })).status).toBe(500);
    expect([await list(), await told()]).toEqual([[], []]);
    // Its answer is lost: whoever puts it again is not shown the secret, and has to delete it first.
    expect((await put('shop', { db: crashing(database.db, { transaction: 1, when: 'after' }) })).status).toBe(500);
    expect((await put('shop', { db: contended(database.db, { conflicts: 3 }) })).status).toBe(200);
    expect(await told()).toEqual(['active', 'active']);
  });

  test('with bad content is refused, and its neighbours stay', async () => {
    await put('good');
    const bad = [
      put('bad', { body: '{' }),
      put('bad', { body: { url: 'ftp://shop.example.com' } }),
      put('bad', { body: { url: 'https://name:password@shop.example.com' } }),
      put('bad', { body: { url: 'https://127.0.0.1/' } }),
      put('bad', { body: { url: 'http://shop.example.com/' } }),
      put('bad', { body: { url, eventTypes: [] } }),
      put('b/d'),
      put('bad', { query: { channel: '' } }),
    ];
    expect((await Promise.all(bad)).map(({ status }) => status)).toEqual([400, 422, 422, 422, 422, 422, 400, 400]);
    expect(await list()).toMatchObject([{ endpointId: 'good' }]);
  });

  test('belongs to its channel: others do not see it, and staff do who name the channel', async () => {
    await put('shop');
    expect(await list({ client: 'marketplace' })).toEqual([]);
    expect((await call('GET', '/webhooks/endpoints', { client: 'warehouse' })).status).toBe(403);
    const query = { channel: 'storefront' };
    expect((await call('GET', '/webhooks/endpoints', { client: 'marketplace', query })).status).toBe(403);
    expect(await list({ client: 'admin', query })).toMatchObject([{ endpointId: 'shop' }]);
    expect((await put('shop', { client: 'admin', query: { channel: 'nobody' } })).status).toBe(403);
  });

  test('is one of ten at most, and deleted twice as once', async () => {
    for (let index = 0; index < 10; index += 1) expect((await put(`shop-${index}`)).status).toBe(201);
    expect(await put('eleventh')).toMatchObject({ status: 409, body: { type: 'too-many-endpoints' } });
    expect((await put('shop-1')).status).toBe(200);
    const remove = () => call('DELETE', '/webhooks/endpoints/{endpointId}', { endpointId: 'shop-1' });
    const answers = await Promise.all([remove(), remove(), remove()]);
    expect([...answers, await remove()].map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await told()).filter((status) => status === 'deleted')).toHaveLength(1);
    expect((await call('GET', '/webhooks/endpoints/{endpointId}', { endpointId: 'shop-1' })).status).toBe(404);
    expect((await put('eleventh')).status).toBe(201);
  });
});

describe('deliveries of an endpoint', () => {
  const path = '/webhooks/endpoints/{endpointId}/deliveries';

  /** Records so many deliveries, every other one dead. */
  async function recorded(count: number): Promise<string[]> {
    const store = createWebhookStore(database.db, tables);
    const ids = Array.from({ length: count }, (_, index) => `01JZ${String(index).padStart(22, '0')}`);
    for (const [index, eventId] of ids.entries()) {
      const state = index % 2 === 0 ? 'dead' : 'delivered';
      const message = { channel: 'storefront', endpointId: 'shop', eventId, eventType: 'OrderPlaced', orderId: 'o' };
      await store.record({ ...message, round: 0, state, startedAt: 0, tries: 0, attempts: [], revision: 1 }, aCause());
    }
    return ids;
  }

  test('come page by page, the newest first and each once, all or the dead ones', async () => {
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

  test('are replayed as the next round of each, however often that is asked for', async () => {
    await put('shop');
    const ids = await recorded(5);
    const sent: DeliveryMessage[] = [];
    const body = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
    const replay = (given: object = {}) =>
      call(
        'POST',
        '/webhooks/endpoints/{endpointId}/replays',
        { endpointId: 'shop', body: { ...body, ...given } },
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
