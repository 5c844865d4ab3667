import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contractEvents } from '../../../infra/contract-events.ts';
import { contractRoutes } from '../../../infra/contract-routes.ts';
import { store } from '../../../infra/store.ts';
import { bodiesForClients, reasonOfTheStore } from '../../../shared/access/back-office.ts';
import { eventDataForChannel } from '../../../shared/access/order-events.ts';
import type { Scope } from '../../../shared/access/scopes.ts';
import { webhookEventTypes } from '../../../shared/contracts/webhooks/event-types.ts';
import { channels } from '../../support/environment.ts';

const secret = 'suspected fraud, do not tell';

const routeOf = (key: string) => {
  const route = contractRoutes.find((each) => each.key === key);
  if (!route) throw new Error(`No route is ${key}`);
  return route;
};
/** A response body of a route as a client reads it. */
const readBy = (clientId: string, key: string, body: unknown) =>
  bodiesForClients(routeOf(key), channels)(body, clientId);

const receipt = { receiptId: 'c', units: [{ lineId: '1', quantity: 1, note: secret }] };
const approval = { decision: 'reject', by: 'lea', comment: secret };

describe('a channel does not read', () => {
  test.each<[string, string, unknown]>([
    ['the purchase cost', 'GET /catalog/skus/{sku}', { sku: 'MUG', costMinor: secret }],
    ['the purchase cost in a list', 'GET /catalog/skus', { skus: [{ sku: 'MUG', costMinor: secret }] }],
    ['the risk of an order', 'GET /orders/{orderId}', { orderId: 'o', risk: { reasons: [{ detail: secret }] } }],
    ['the risk in the answer to a change', 'PATCH /orders/{orderId}', { orderId: 'o', risk: { detail: secret } }],
    ['the risk in a list', 'GET /orders', { orders: [{ orderId: 'o', risk: { detail: secret } }] }],
    ['the comment of a decision', 'GET /refunds/{refundId}', { refundId: 'r', approvals: [approval] }],
    ['the comment of a decision in a list', 'GET /refunds', { refunds: [{ refundId: 'r', approvals: [approval] }] }],
    ['a note that staff wrote', 'GET /refunds', { refunds: [{ refundId: 'r', noteBy: 'service', note: secret }] }],
    [
      'a note that staff changed',
      'GET /refunds/{refundId}',
      { requestedBy: 'storefront', noteBy: 'service', note: secret },
    ],
    ['a note without a writer', 'GET /refunds/{refundId}', { refundId: 'r', requestedBy: 'storefront', note: secret }],
    ['the note of a return', 'GET /returns', { returns: [{ refundId: 'r', noteBy: 'service', note: secret }] }],
    ['the note of received goods', 'GET /returns/{rmaId}', { refundId: 'r', receipts: [receipt] }],
    ['the reason of a movement', 'GET /stock/{sku}/movements', { movements: [{ movementId: 'm', reason: secret }] }],
    [
      'the note of an alert',
      'GET /stock/alerts',
      { alerts: [{ acknowledgement: { at: 'now', by: 'warehouse', note: secret } }] },
    ],
    ['the reason of a repair', 'GET /stock/audits/{auditId}/repairs/{repairId}', { repairId: 'r', reason: secret }],
  ])('%s, and staff do', (_case, key, body) => {
    for (const client of ['storefront', 'marketplace']) {
      expect(JSON.stringify(readBy(client, key, body))).not.toContain(secret);
    }
    for (const client of ['admin', 'finance', 'warehouse']) expect(readBy(client, key, body)).toBe(body);
  });

  test('a field for staff from a function that does not know the channels, nor does anyone else', () => {
    for (const client of ['storefront', 'admin']) {
      const read = bodiesForClients(routeOf('GET /catalog/skus/{sku}'), undefined);
      expect(read({ sku: 'MUG', costMinor: 1 }, client)).toEqual({ sku: 'MUG' });
    }
  });

  test.each<[string, string]>([
    ['staff', 'admin'],
    ['a person', '2f1b7a1e-0000-4000-8000-000000000000'],
    ['a name of an object', 'constructor'],
  ])('the reason that %s gave', (_case, actor) => {
    const shown = eventDataForChannel('OrderReleased', { orderId: 'o', reason: secret }, actor, channels);
    expect(shown).toEqual({ orderId: 'o', reason: reasonOfTheStore });
    expect(eventDataForChannel('OrderContactChanged', { orderId: 'o' }, actor, channels)).toEqual({ orderId: 'o' });
  });

  test('the data of an event that is not defined', () => {
    expect(eventDataForChannel('OrderAnnotated', { reason: secret }, 'storefront', channels)).toEqual({});
  });
});

describe('a channel reads', () => {
  test.each<[string, string, unknown]>([
    ['its own note', 'GET /refunds/{refundId}', { refundId: 'r', noteBy: 'storefront', note: secret }],
    ['its own note at the return', 'GET /returns/{rmaId}', { refundId: 'r', noteBy: 'storefront', note: secret }],
    ['the comment of the customer', 'GET /refunds/{refundId}', { satisfaction: { score: 5, comment: secret } }],
    ['the note of its order', 'GET /orders/{orderId}', { orderId: 'o', note: secret }],
    ['the reason of a discount', 'GET /orders/{orderId}', { discounts: [{ code: 'X', reason: secret }] }],
    ['a problem', 'GET /refunds/{refundId}', { type: 'unknown-refund', detail: secret, at: 1, by: null }],
  ])('%s', (_case, key, body) => expect(readBy('storefront', key, body)).toEqual(body));

  test.each(['storefront', 'storeworks.order-intake'])('the reason that %s gave', (actor) => {
    const data = { orderId: 'o', reason: secret };
    expect(eventDataForChannel('OrderReleased', data, actor, channels)).toEqual(data);
  });
});

type JsonSchema = { [key: string]: unknown };
const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
const entriesOf = (value: unknown) => (isObject(value) ? Object.entries(value) : []);

const sensitiveName = /cost|margin|supplier|^risk$|note$|comment|^reason$|internal/i;

/** `path` begins with the id of the schema, so that it is the same in all routes; `steps` lead to it from the body. */
type Place = { path: string; steps: string[] };

/** Where a JSON schema has fields that may hold a text of staff, or a figure of the back office. */
function sensitivePlaces(root: JsonSchema, name: string): Place[] {
  const visit = (schema: unknown, at: Place, outer: string[] = []): Place[] => {
    if (!isObject(schema)) return [];
    const to = (step: string, path: string): Place => ({ path: `${at.path}${path}`, steps: [...at.steps, step] });
    const id = typeof schema['$ref'] === 'string' ? schema['$ref'].slice('#/$defs/'.length) : undefined;
    if (id !== undefined && !outer.includes(id)) {
      return visit(Object(root['$defs'])[id], { ...at, path: id }, [...outer, id]);
    }
    const members = entriesOf(schema['properties']).map(([key, value]) => ({ key, value, at: to(key, `.${key}`) }));
    const options = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => schema[key] ?? []);
    return [
      ...members.filter(({ key }) => sensitiveName.test(key)).map((member) => member.at),
      ...members.flatMap((member) => visit(member.value, member.at, outer)),
      ...visit(schema['items'], to('[]', '[]'), outer),
      ...visit(schema['additionalProperties'], to('any', '{}'), outer),
      ...options.flatMap((option) => visit(option, at, outer)),
    ];
  };
  return visit(root, { path: name, steps: [] });
}

const placesIn = (schema: z.ZodType, name: string) =>
  sensitivePlaces(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }), name);

/** A value with the secret at the end of the steps. */
const secretAt = (steps: string[]): unknown =>
  steps.reduceRight<unknown>((inner, step) => (step === '[]' ? [inner] : { [step]: inner }), secret);
const tells = (value: unknown) => JSON.stringify(value).includes(secret);

/** Why a channel may read a field whose name is that of a text or figure of the back office. */
const shown: Record<string, string> = {
  'Order.note': 'the channel wrote it',
  'PickOrder.note': 'the channel wrote it',
  'Order.customer.taxExemption.reason': 'the channel wrote it',
  'PickOrder.customer.taxExemption.reason': 'the channel wrote it',
  'Order.taxes[].reason': 'the VAT number or the exemption that the channel sent',
  'Quote.taxes[].reason': 'the VAT number or the exemption that the channel sent',
  'PriceExplanation.taxes[].reason': 'the VAT number or the exemption that the channel sent',
  'Problem.errors[].reason': 'a code',
  'PriceExplanation.discounts[].reason': 'a code',
  'QuotedPromotions.notApplied[].reason': 'a code',
  'Quote.discounts[].reason': 'a code',
  'Order.discounts[].reason': 'a code',
  'Refund.reason': 'a code',
  'Reasons.lists[].reasons[].reason': 'a code',
  'Return.reason': 'a code',
  'ReturnSummary.reason': 'a code',
  'RefundSatisfaction.comment': 'the customer wrote it',
  'WebhookEndpoint.reason': 'the store wrote it: why it disabled the endpoint',
  'WebhookDelivery.reason': 'the store wrote it: why it gave the delivery up',
};
/** Fields that a channel does not get, or only if it wrote them. */
const hidden = [
  'Category.belowMargin',
  'Category.minMarginBasisPoints',
  'PriceHistoryEntry.cost',
  'PricesAt.cost',
  'PricesAt.cost.costMinor',
  'SkuPrices.margin',
  'Sku.costMinor',
  'ListedSku.costMinor',
  'Order.risk',
  'Refund.note',
  'Refund.approvals[].comment',
  'Return.note',
  'Return.receipts[].units[].note',
  'ReturnSummary.note',
  'StockAlert.acknowledgement.note',
  'StockRepair.reason',
  'LedgerEntry.reason',
  'LedgerEntry.unitCostMinor',
];

/** As `shown`, in the data of the events of an order. */
const shownInEvents: Record<string, string> = {
  'OrderPlaced.note': 'the channel wrote it',
  'OrderPlaced.discounts[].reason': 'a code',
  'OrderPlaced.customer.taxExemption.reason': 'the channel wrote it',
  'OrderPlaced.taxes[].reason': 'the VAT number or the exemption that the channel sent',
  'OrderPersonalDataErased.reason': 'a code',
  'OrderEdited.note': 'the note of the order, which its channel reads',
  'OrderContactChanged.before.customer.taxExemption.reason': 'the channel wrote it',
  'OrderContactChanged.after.customer.taxExemption.reason': 'the channel wrote it',
  'OrderContactChanged.before.note': 'the note of the order, which its channel reads',
  'OrderContactChanged.after.note': 'the note of the order, which its channel reads',
  'ReplacementRefused.reason': 'a code',
};
/** Replaced if a person of the store wrote it. */
const hiddenInEvents = [
  'OrderEdited.reason',
  'OrderContactChanged.reason',
  'OrderReleased.reason',
  'OrderCancelled.reason',
  'OrderLinesCancelled.reason',
  'OrderDeliveryCorrected.reason',
];

const pathsOf = (places: Place[]) => [...new Set(places.map(({ path }) => path))].toSorted();

describe('each field that may be of the back office is decided by its full path', () => {
  test('in a response to a channel', () => {
    const own = new Set<Scope>(Object.values(store.clients.storefront.scopes));
    const routes = contractRoutes.filter(({ scope }) => scope !== undefined && own.has(scope));
    expect(routes.length).toBeGreaterThan(20);
    const found = routes.flatMap((route) =>
      Object.entries(route.responses).flatMap(([status, { schema }]) =>
        schema ? placesIn(schema, `${route.key} ${status}`).map(({ path, steps }) => ({ path, steps, route })) : [],
      ),
    );
    const isShown = ({ route, steps }: (typeof found)[number]) =>
      tells(bodiesForClients(route, channels)(secretAt(steps), 'storefront'));
    expect(pathsOf(found.filter(isShown))).toEqual(Object.keys(shown).toSorted());
    expect(pathsOf(found.filter((place) => !isShown(place)))).toEqual(hidden.toSorted());
  });

  test('in a webhook', () => {
    const found = contractEvents
      .filter(({ detailType }) => new Set<string>(webhookEventTypes).has(detailType))
      .flatMap(({ detailType, envelope }) =>
        placesIn(envelope.shape.detail.shape.data, detailType).map(({ path, steps }) => ({ path, steps, detailType })),
      );
    const isShown = ({ detailType, steps }: (typeof found)[number]) =>
      tells(eventDataForChannel(detailType, Object(secretAt(steps)), 'admin', channels));
    expect(pathsOf(found.filter(isShown))).toEqual(Object.keys(shownInEvents).toSorted());
    expect(pathsOf(found.filter((place) => !isShown(place)))).toEqual(hiddenInEvents.toSorted());
  });
});
