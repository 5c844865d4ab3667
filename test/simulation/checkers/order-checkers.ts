import { businessDays } from '../../../shared/business-day.ts';
import { store } from '../../../infra/store.ts';
import type { Checker } from './checkers.ts';
import type { ObservedOrderResponse } from '../actors/observed-responses.ts';

const isPlaced = ({ status }: ObservedOrderResponse) => status === 200 || status === 201;
/** The response is the order itself, not a list of results. */
const hasOrderBody = (response: ObservedOrderResponse) => isPlaced(response) && response.text !== '';
const keyOf = ({ channel, externalOrderId }: { channel: string; externalOrderId: string }) =>
  `${externalOrderId} of ${channel}`;
const keyOfResponse = ({ channel, sent }: ObservedOrderResponse) =>
  keyOf({ channel, externalOrderId: sent.externalOrderId });

type Line = { quantity: number };

/** Units by SKU as text, as a response may split a line over warehouses. */
function unitsOf(lines: readonly { sku: string; quantity: number }[]): string {
  const units = new Map<string, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return [...units]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([sku, sum]) => `${sum} ${sku}`)
    .join(', ');
}

/** Fields of a response that later changes of the order do not affect. */
const immutableFields = [
  'orderId',
  'externalOrderId',
  'channel',
  'currency',
  'subtotalMinor',
  'discountMinor',
  'shippingMinor',
  'taxMinor',
  'totalMinor',
  'placedAt',
] as const;

const oneOrderPerId: Checker = {
  name: 'each external order id has one order with one OrderPlaced event',
  violations: ({ orders, committed }) => {
    const placed = Map.groupBy(
      committed.filter(({ type }) => type === 'OrderPlaced' || type === 'OrderImported'),
      ({ data }) => String(data.orderId),
    );
    const items = Map.groupBy(orders, keyOf);
    return [
      ...[...items]
        .filter(([, own]) => own.length > 1)
        .map(([key, own]) => `${key} has ${own.length} orders: ${own.map(({ orderId }) => orderId).join(', ')}`),
      ...orders
        .filter(({ orderId }) => placed.get(orderId)?.length !== 1)
        .map(
          (order) => `${keyOf(order)} has ${placed.get(order.orderId)?.length ?? 0} events of its placement or import`,
        ),
      ...[...placed.keys()]
        .filter((orderId) => !orders.some((order) => order.orderId === orderId))
        .map((orderId) => `${orderId} has an event and does not exist`),
    ];
  },
};

const confirmedOrdersExist: Checker = {
  name: 'every confirmed order exists with the same content',
  violations: ({ orders, committed, observed }) => {
    const byKey = new Map(orders.map((order) => [keyOf(order), order]));
    const events = new Map(committed.map((event) => [event.eventId, event]));
    return observed.orders.filter(hasOrderBody).flatMap((response) => {
      const key = keyOfResponse(response);
      const order = byKey.get(key);
      if (!order) return [`${key} was confirmed with ${response.status} and does not exist`];
      const confirmed = JSON.parse(response.text);
      const placed = events.get(order.placedEventId)?.data;
      const violations = immutableFields
        .filter((field) => confirmed[field] !== placed?.[field])
        .map((field) => `${key}: ${field} was confirmed as ${confirmed[field]} and is ${placed?.[field]}`);
      if (unitsOf(confirmed.lines) !== unitsOf(response.sent.lines)) {
        violations.push(
          `${key} was sent with ${unitsOf(response.sent.lines)} and confirmed with ${unitsOf(confirmed.lines)}`,
        );
      }
      if (unitsOf(confirmed.lines) !== unitsOf(placed?.lines ?? [])) {
        violations.push(
          `${key} was confirmed with ${unitsOf(confirmed.lines)} and has ${unitsOf(placed?.lines ?? [])}`,
        );
      }
      return violations;
    });
  },
};

const repeatsGetFirstResponse: Checker = {
  name: 'a repeated order gets its first response',
  violations: ({ observed }) => {
    const confirmed = Map.groupBy(observed.orders.filter(hasOrderBody), keyOfResponse);
    return [...confirmed]
      .filter(([, responses]) => new Set(responses.map(({ text }) => text)).size > 1)
      .map(([key, responses]) => `${key} got different responses: ${responses.map(({ text }) => text).join(' | ')}`);
  },
};

const refusedIsNotPlaced: Checker = {
  name: 'refused content is not an order',
  violations: ({ orders, observed }) => {
    const byKey = new Map(orders.map((order) => [keyOf(order), order]));
    const placed = new Set(observed.orders.filter(isPlaced).map(keyOfResponse));
    const conflicts = observed.orders.filter(({ type }) => type === 'order-conflict');
    const undecided = new Set(
      observed.orders.filter(({ status }) => status === 0 || status === 202).map(keyOfResponse),
    );
    const refused = observed.orders.filter(({ type }) => type === 'out-of-stock');
    return [
      ...conflicts
        .filter((response) => !byKey.has(keyOfResponse(response)) && !undecided.has(keyOfResponse(response)))
        .map((response) => `${keyOfResponse(response)} was refused as a conflict with an order that does not exist`),
      // Another request for the same order may have placed it, may be queued, or may have had no response.
      ...refused
        .map(keyOfResponse)
        .filter((key) => byKey.has(key) && !placed.has(key) && !undecided.has(key))
        .map((key) => `${key} was refused as out of stock and exists`),
    ];
  },
};

const reportsAddUp: Checker = {
  name: 'a daily report is the sum of its orders',
  violations: ({ committed, reports }) => {
    const placed = committed.filter(({ type }) => type === 'OrderPlaced').map(({ data }) => data);
    const businessDay = businessDays(store.selling.timeZone);
    return reports.flatMap(({ date, manifest, failure }) => {
      if (!manifest) return [`${date} has no report: ${failure}`];
      const own = placed.filter(({ placedAt }) => businessDay(Date.parse(placedAt)) === date);
      const report = manifest.reports.find(({ name }) => name === 'orders');
      const sum = (number: (order: (typeof own)[number]) => number) =>
        own.reduce((total, order) => total + number(order), 0);
      const units = sum(({ lines }) => lines.reduce((total: number, line: Line) => total + line.quantity, 0));
      const amounts = report?.amounts['GBP'];
      const figures = [
        ['orders', report?.orders ?? 0, own.length],
        ['units', report?.units ?? 0, units],
        ['totalMinor', amounts?.['totalMinor'] ?? 0, sum(({ totalMinor }) => totalMinor)],
        ['taxMinor', amounts?.['taxMinor'] ?? 0, sum(({ taxMinor }) => taxMinor)],
      ] as const;
      const quarantined = manifest.input.quarantined.map(
        ({ rows, reason }) => `${date} quarantined ${rows} rows: ${reason}`,
      );
      return [
        ...quarantined,
        ...figures
          .filter(([, reported, actual]) => reported !== actual)
          .map(([name, reported, actual]) => `${date} reports ${name} of ${reported}; the orders sum to ${actual}`),
      ];
    });
  },
};

const queuedAreDecided: Checker = {
  name: 'every queued order is placed or refused, without remains of chunked placements',
  violations: ({ orders, intakes, placements, settlements, committed, observed }) => {
    const placed = new Set(orders.map(({ orderId }) => orderId));
    const refused = new Set(committed.filter(({ type }) => type === 'OrderRefused').map(({ data }) => data.orderId));
    const storedKeys = new Set([...orders, ...intakes].map(keyOf));
    const notPlaced = intakes.filter(({ orderId }) => !placed.has(orderId));
    return [
      ...observed.orders
        .filter((response) => response.status === 202 && !storedKeys.has(keyOfResponse(response)))
        .map((response) => `${keyOfResponse(response)} was accepted and does not exist`),
      ...notPlaced
        .filter(({ status, orderId }) => status === 'accepted' || !refused.has(orderId))
        .map((intake) => `${keyOf(intake)} is still ${intake.status} or has no OrderRefused event`),
      ...placements.map(({ orderId, state, taken }) => `${orderId} is still ${state} after ${taken} chunks`),
      ...settlements.map(
        ({ orderId, kind, settled }) => `${orderId} still has to ${kind} stock after ${settled} chunks`,
      ),
    ];
  },
};

export const orderCheckers = [
  queuedAreDecided,
  oneOrderPerId,
  confirmedOrdersExist,
  repeatsGetFirstResponse,
  refusedIsNotPlaced,
  reportsAddUp,
];
