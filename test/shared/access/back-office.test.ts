import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contractRoutes } from '../../../infra/contract-routes.ts';
import { store } from '../../../infra/store.ts';
import { bodyForClient, eventDataForChannel, reasonOfTheStore } from '../../../shared/access/back-office.ts';
import type { Scope } from '../../../shared/access/scopes.ts';
import { channels } from '../../support/environment.ts';

const secret = 'suspected fraud, do not tell';
const seenBy = (clientId: string, body: unknown) => JSON.stringify(bodyForClient(body, clientId, channels));
const event = (actor: string) => ({
  eventId: 'e',
  type: 'OrderReleased',
  actor,
  data: { orderId: 'o', reason: secret },
});

describe('a channel does not read', () => {
  test.each<[string, unknown]>([
    ['the purchase cost', { sku: 'MUG', costMinor: secret }],
    ['the purchase cost in a list', { skus: [{ sku: 'MUG', costMinor: secret }] }],
    ['the risk of an order', { orderId: 'o', risk: { reasons: [{ detail: secret }] } }],
    ['the comment of a decision', { refundId: 'r', approvals: [{ decision: 'reject', by: 'lea', comment: secret }] }],
    ['the note of a request that staff made', { refunds: [{ refundId: 'r', requestedBy: 'service', note: secret }] }],
    ['the note of a return', { returns: [{ refundId: 'r', note: secret }] }],
    ['the reason of a stock movement', { movements: [{ movementId: 'm', recordedAt: 'now', reason: secret }] }],
    ['the note of an alert', { alerts: [{ acknowledgement: { at: 'now', by: 'warehouse', note: secret } }] }],
    ['the reason that staff gave', { events: [event('admin')] }],
    ['the reason that a person gave', { events: [event('2f1b7a1e-0000-4000-8000-000000000000')] }],
  ])('%s, and staff do', (_case, body) => {
    for (const channel of ['storefront', 'marketplace']) expect(seenBy(channel, body)).not.toContain(secret);
    for (const client of ['admin', 'finance', 'warehouse']) expect(seenBy(client, body)).toContain(secret);
  });
});

describe('a channel reads', () => {
  test.each<[string, unknown]>([
    ['the reason that a channel gave', { events: [event('storefront')] }],
    ['the reason of a workflow', { events: [event('storeworks.order-intake')] }],
    ['the note of its own request', { refundId: 'r', requestedBy: 'storefront', note: secret }],
    ['the comment of the customer', { satisfaction: { score: 5, comment: secret } }],
    ['the note of its order', { orderId: 'o', note: secret }],
    ['the reason of a discount', { discounts: [{ code: 'X', appliedMinor: 0, reason: secret }] }],
  ])('%s', (_case, body) => expect(bodyForClient(body, 'storefront', channels)).toEqual(body));

  test('another text instead of the reason that staff gave', () => {
    const { data } = event('service-lead');
    expect(eventDataForChannel(data, 'service-lead', channels)).toEqual({ orderId: 'o', reason: reasonOfTheStore });
    expect(eventDataForChannel({ orderId: 'o' }, 'admin', channels)).toEqual({ orderId: 'o' });
  });
});

type JsonSchema = { properties?: Record<string, JsonSchema>; [key: string]: unknown };
const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

const sensitiveName = /cost|margin|supplier|^risk$|note|comment|^reason$|internal/i;

/** The paths of fields that may hold a text of staff, or a figure of the back office, in a JSON schema. */
function sensitivePaths(schema: unknown, path: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => sensitivePaths(each, path));
  if (!isObject(schema)) return [];
  const { properties = {}, ...others } = schema;
  const names = Object.keys(properties).filter((name) => sensitiveName.test(name));
  const own = names.map((name) => `${path}.${name}`);
  const inside = Object.entries(properties).flatMap(([name, value]) => sensitivePaths(value, `${path}.${name}`));
  const nested = ['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'].flatMap((key) => others[key] ?? []);
  const definitions = Object.values(isObject(others['$defs']) ? others['$defs'] : {});
  return [...own, ...inside, ...sensitivePaths([...nested, ...definitions], path)];
}

/** Each field that a channel could read, and why it may or is hidden. A new field must be added here on purpose. */
const decided: Record<string, string> = {
  note: 'of the order: the channel wrote it; of a refund, a return or an alert: hidden from channels',
  comment: 'of a rating: the customer wrote it; of a decision: hidden from channels',
  reason: 'a code, or hidden from channels if staff wrote it',
  risk: 'hidden from channels',
  costMinor: 'hidden from channels',
};

test('each field of a response to a channel that may be of the back office is decided', () => {
  const own = new Set<Scope>(Object.values(store.clients.storefront.scopes));
  const routes = contractRoutes.filter(({ scope }) => scope !== undefined && own.has(scope));
  expect(routes.length).toBeGreaterThan(20);
  const found = routes.flatMap(({ key, responses }) =>
    Object.values(responses).flatMap(({ schema }) =>
      schema ? sensitivePaths(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }), key) : [],
    ),
  );
  expect(found.length).toBeGreaterThan(5);
  expect(new Set(found.map((path) => path.slice(path.lastIndexOf('.') + 1)))).toEqual(new Set(Object.keys(decided)));
});
