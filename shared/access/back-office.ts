import type { Channels } from '../store.ts';
import { ownValue } from '../input/own-value.ts';

type Json = { [name: string]: unknown };

/** What a channel reads instead of a reason that staff wrote. */
export const reasonOfTheStore = 'Decided by the store';

/** Fields of the back office, wherever they are in a response. */
const backOfficeFields = new Set(['costMinor', 'risk']);

/** Texts of staff in a response: the field, and by which members its object is recognised. */
const staffTexts: { field: string; isIn: (object: Json, clientId: string) => boolean }[] = [
  // The comment of a decision on a refund, and of a change of the policy.
  { field: 'comment', isIn: ({ by, decision }) => by !== undefined && decision !== undefined },
  { field: 'note', isIn: ({ refundId, requestedBy }, clientId) => refundId !== undefined && requestedBy !== clientId },
  // The acknowledgement of an alert.
  { field: 'note', isIn: ({ at, by }) => at !== undefined && by !== undefined },
  { field: 'reason', isIn: ({ movementId, recordedAt }) => movementId !== undefined && recordedAt !== undefined },
];

/** Whether a client is a channel, and not staff or the back office. */
const isChannel = (clientId: string, channels: Channels): boolean => ownValue(channels, clientId)?.staff === false;

/** The data of an order's event as its channel reads it: a `reason` only if the channel or a workflow gave it. */
export function eventDataForChannel<D extends Json>(data: D, actor: string, channels: Channels): D {
  const isPublic = actor.startsWith('storeworks.') || isChannel(actor, channels);
  return isPublic || data['reason'] === undefined ? data : { ...data, reason: reasonOfTheStore };
}

/** A response body as a client may read it: channels get no back-office fields and no texts of staff. */
export const bodyForClient = (body: unknown, clientId: string, channels: Channels): unknown =>
  isChannel(clientId, channels) ? withoutBackOffice(body, clientId, channels) : body;

function withoutBackOffice(value: unknown, clientId: string, channels: Channels): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutBackOffice(each, clientId, channels));
  if (!isObject(value)) return value;
  const object = isEvent(value) ? { ...value, data: eventDataForChannel(value.data, value.actor, channels) } : value;
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !backOfficeFields.has(name))
      .filter(([name]) => !staffTexts.some(({ field, isIn }) => field === name && isIn(object, clientId)))
      .map(([name, member]) => [name, withoutBackOffice(member, clientId, channels)]),
  );
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const isEvent = (value: Json): value is { actor: string; data: Json } =>
  value['eventId'] !== undefined && typeof value['actor'] === 'string' && isObject(value['data']);
