import type { FunctionCall } from '../../../infra/local/faults.ts';

/**
 * Identities of calls, events and messages that are equal in every run of a seed: function names and aggregate keys.
 * Event ids, request ids, times and batch boundaries differ from run to run and are no part of an identity.
 */
type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((found, name) => (isJson(found) ? found[name] : undefined), value);
const members = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Key of an item; empty for an event item, whose id is new in every run. */
function keyOf(item: unknown): string {
  const [pk, sk] = [text(member(item, 'pk', 'S')) ?? '', text(member(item, 'sk', 'S')) ?? ''];
  return sk.startsWith('EVENT#') ? '' : `${pk}/${sk}`;
}

function itemKeys(operation: string, input: unknown): string[] {
  if (operation === 'TransactWriteItems') {
    return members(member(input, 'TransactItems')).flatMap((action) =>
      Object.values(isJson(action) ? action : {}).map((one) => keyOf(member(one, 'Key') ?? member(one, 'Item'))),
    );
  }
  if (operation === 'BatchGetItem') {
    const requests = member(input, 'RequestItems');
    return Object.values(isJson(requests) ? requests : {}).flatMap((one) => members(member(one, 'Keys')).map(keyOf));
  }
  return [keyOf(member(input, 'Key') ?? member(input, 'Item'))];
}

/** The subject of an event, from its `detail`: an order, a movement, a report run or a SKU. */
function subjectOf(detail: unknown): string {
  const data = member(typeof detail === 'string' ? parsed(detail) : detail, 'data');
  const names = ['orderId', 'movementId', 'runId', 'sku'];
  return names.map((name) => text(member(data, name))).find((found) => found !== undefined) ?? '';
}

/** A function's name without the hash, which depends on the checkout. */
export const shortName = (functionName: string): string => functionName.replace(/-?[0-9A-Fa-f]{8,}.*$/, '');

export function identityOfCall({ functionName, call }: FunctionCall): string {
  const { service, operation, path, method, body } = call;
  const name = shortName(functionName);
  if (service === 's3') return [name, method, path.replaceAll(/[0-9a-f]{32}/g, '')].join(' ');
  if (service === 'scheduler') return [name, method, path].join(' ');
  const input = parsed(body.toString());
  if (service === 'events') {
    const [first] = members(member(input, 'Entries'));
    return [name, operation, subjectOf(member(first, 'Detail'))].join(' ');
  }
  if (service === 'sqs') {
    const [first] = members(member(input, 'Entries'));
    return [name, operation, messageIdentity(text(member(first ?? input, 'MessageBody')) ?? '')].join(' ');
  }
  return [name, operation, ...itemKeys(operation, input).filter(Boolean).sort()].join(' ');
}

/** Identities of an invocation: one for a request, one per record for a batch. */
export function identitiesOfEvent(functionName: string, payload: string): string[] {
  const event = parsed(payload);
  const name = shortName(functionName);
  const records = members(member(event, 'Records'));
  if (records.length > 0) return records.map((record) => `${name} ${recordIdentity(record)}`);
  const route = text(member(event, 'routeKey')) ?? '';
  const body = parsed(text(member(event, 'body')) ?? '');
  const [first] = [...members(member(body, 'movements')), ...members(member(body, 'orders'))];
  const subjects = ['externalOrderId', 'movementId', 'eventId', 'requestId', 'shipmentId', 'receiptId'].map(
    (field) => text(member(body, field)) ?? text(member(first, field)),
  );
  return [[name, route, text(member(event, 'rawPath')) ?? '', ...subjects].filter(Boolean).join(' ')];
}

function recordIdentity(record: unknown): string {
  const streamed = text(member(record, 'dynamodb', 'NewImage', 'detail', 'S'));
  return streamed === undefined ? messageIdentity(text(member(record, 'body')) ?? '') : subjectOf(streamed);
}

/** Identity of a message: its event, object, movement, refund deadline, webhook delivery or queued order. */
export function messageIdentity(body: string): string {
  const message = parsed(body);
  const detail = member(message, 'detail');
  const [movement] = members(member(message, 'movements'));
  const parts = [
    member(message, 'detail-type'),
    member(detail, 'object', 'key'),
    member(movement, 'movementId'),
    // A refund deadline.
    member(message, 'refundId'),
    member(message, 'kind'),
    // A webhook delivery or a queued order.
    member(message, 'orderId'),
    member(message, 'eventType'),
    member(message, 'endpointId'),
  ];
  return [...parts.map((part) => text(part) ?? ''), subjectOf(detail)].filter(Boolean).join(' ');
}
