import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { queueOrders } from '../../../functions/order-intake/queue/queue-api.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { type BatchResult, placeOrders } from '../../../shared/contracts/orders/queue-routes.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';
import { anOrder } from '../../support/builders.ts';
import { databaseForAll } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';
import { orderStores } from '../../support/orders/order-stores.ts';

const database = databaseForAll();
const stores = orderStores(database.db);
const context = { functionName: 'api', awsRequestId: 'request-1' } as Context;
/** Lambda returns at most 6 MB. */
const maxResponseBytes = 6 * 1_048_576;

async function post(orders: readonly unknown[]) {
  const sent: QueuedOrder[] = [];
  const queue = { send: async (messages: readonly QueuedOrder[]) => void sent.push(...messages) };
  const event = {
    routeKey: placeOrders.key,
    rawPath: placeOrders.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orders }),
    requestContext: {
      requestId: 'request-1',
      authorizer: { jwt: { claims: { client_id: 'storefront' } } },
    },
  } as unknown as APIGatewayProxyEventV2;
  const handler = httpHandler(on(placeOrders, queueOrders(stores, queue, channels)));
  const response = await handler(event, context);
  return { response, sent, bytes: Buffer.byteLength(JSON.stringify(response)) };
}

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const fields = (count: number, name: (index: number) => string) =>
  Object.fromEntries(many(count, (index) => [name(index), 1]));

/** Bodies of at most 5 MB, whose errors have several times as many bytes. */
const attacks: [string, () => unknown][] = [
  ['many unknown fields', () => fields(4000, (index) => `f${index}`)],
  ['unknown fields with long names', () => fields(100, (index) => `${'x'.repeat(450)}${index}`)],
  ['unknown fields of three bytes a character', () => fields(100, (index) => `${'€'.repeat(150)}${index}`)],
  ['names that JSON escapes', () => fields(100, (index) => `${'"'.repeat(200)}${index}`)],
  ['lines without any field', () => ({ ...anOrder({}), lines: many(1000, () => ({})) })],
  ['lines with unknown fields', () => ({ lines: many(100, () => fields(40, (index) => `field-${index}`)) })],
];

test.each(attacks)(
  'a batch of 99 orders with %s has a response, and its valid order is queued',
  async (name, attack) => {
    const valid = anOrder({ externalOrderId: `valid-${name.replaceAll(' ', '-')}` });
    const { response, sent, bytes } = await post([...many(99, attack), valid]);
    expect(bytes).toBeLessThan(maxResponseBytes / 2);
    expect(response.statusCode).toBe(202);
    const { results } = JSON.parse(response.body ?? '') as { results: BatchResult[] };
    expect(results.map(({ status }) => status)).toEqual([...many(99, () => 'refused'), 'accepted']);
    expect(results.slice(0, 99).every(({ problem }) => (problem?.errors ?? []).length <= 10)).toBe(true);
    expect(sent.map(({ content }) => content.externalOrderId)).toEqual([valid.externalOrderId]);
  },
);
