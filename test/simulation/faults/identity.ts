import type { FunctionCall } from '../../../infra/local/faults.ts';

/**
 * What stays the same from run to run about a call, an event or a message: the aggregates that it is about, not ids and
 * times of this run. Event ids, request ids and batch borders are not stable, so they are left out.
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

/** Key of an item, without that of an event, whose id is new in every run. */
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

/** What an event tells of, from its `detail`: an order, a movement, a SKU or a run. */
function subjectOf(detail: unknown): string {
  const data = member(typeof detail === 'string' ? parsed(detail) : detail, 'data');
  const names = ['orderId', 'movementId', 'runId', 'sku'];
  return names.map((name) => text(member(data, name))).find((found) => found !== undefined) ?? '';
}

/** The workflow's part of a function's name, which has a hash of this checkout in it. */
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

/** Identity of each thing that an invocation is about: of a request one, of a batch one for each record. */
export function identitiesOfEvent(functionName: string, payload: string): string[] {
  const event = parsed(payload);
  const name = shortName(functionName);
  const records = members(member(event, 'Records'));
  if (records.length > 0) return records.map((record) => `${name} ${recordIdentity(record)}`);
  const route = text(member(event, 'routeKey')) ?? '';
  const body = parsed(text(member(event, 'body')) ?? '');
  const [first] = [...members(member(body, 'movements')), ...members(member(body, 'orders'))];
  const about = ['externalOrderId', 'movementId', 'eventId', 'requestId', 'shipmentId', 'receiptId'].map(
    (field) => text(member(body, field)) ?? text(member(first, field)),
  );
  return [[name, route, text(member(event, 'rawPath')) ?? '', ...about].filter(Boolean).join(' ')];
}

function recordIdentity(record: unknown): string {
  const streamed = text(member(record, 'dynamodb', 'NewImage', 'detail', 'S'));
  return streamed === undefined ? messageIdentity(text(member(record, 'body')) ?? '') : subjectOf(streamed);
}

/** Identity of a message: of an event that it carries, of an object that it tells of, or of what it asks for. */
export function messageIdentity(body: string): string {
  const message = parsed(body);
  const detail = member(message, 'detail');
  const [movement] = members(member(message, 'movements'));
  const parts = [
    member(message, 'detail-type'),
    member(detail, 'object', 'key'),
    member(movement, 'movementId'),
    // Of a deadline.
    member(message, 'refundId'),
    member(message, 'kind'),
    // Of a webhook and of a queued order.
    member(message, 'orderId'),
    member(message, 'eventType'),
    member(message, 'endpointId'),
  ];
  return [...parts.map((part) => text(part) ?? ''), subjectOf(detail)].filter(Boolean).join(' ');
}
