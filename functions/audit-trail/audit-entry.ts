import * as z from 'zod';
import { callerKindOf } from '../../shared/access/four-eyes.ts';
import { Metadata } from '../../shared/contracts/define-event.ts';
import { type PersonalFields, withoutPersonal } from '../../shared/contracts/personal-data.ts';
import { recordedAt } from '../../shared/dynamodb/outbox.ts';
import { auditedObject } from './audited-object.ts';

/** A ULID: its first ten characters are the time at which the event was recorded. */
export const eventIdPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Any event of the bus. */
export const AuditedEvent = z.object({
  'detail-type': z.string().min(1),
  detail: z.object({
    metadata: Metadata.extend({ eventId: z.string().regex(eventIdPattern) }),
    data: z.looseObject({}),
  }),
});
export type AuditedEvent = z.infer<typeof AuditedEvent>;

/** An entry of the audit trail as an item. `data` is JSON text. */
export const AuditItem = z.object({
  pk: z.string(),
  sk: z.string().regex(eventIdPattern),
  personKey: z.string(),
  monthKey: z.string(),
  object: z.string(),
  action: z.string(),
  actor: z.string(),
  occurredAt: z.string(),
  causationId: z.string(),
  correlationId: z.string(),
  data: z.string().optional(),
});
export type AuditItem = z.infer<typeof AuditItem>;

export const objectKey = (object: string) => `OBJECT#${object}`;
export const personKey = (actor: string) => `PERSON#${actor}`;
/** Of the month in UTC in which the change was recorded, so that a month is one partition of the index. */
export const monthKey = (recordedMs: number) => `MONTH#${new Date(recordedMs).toISOString().slice(0, 7)}`;

/** Largest data of an entry in bytes: larger events have theirs in the lake only. An item may have 400 KB. */
const maxDataBytes = 100_000;

/** The entry of an event, without personal data. An event that names no object is an object of its own type. */
export function auditItemOf(event: AuditedEvent, personalFields: ReadonlyMap<string, PersonalFields>): AuditItem {
  const { 'detail-type': action, detail } = event;
  const { eventId, actor, occurredAt, causationId, correlationId } = detail.metadata;
  const fields = personalFields.get(action);
  const data = JSON.stringify(fields ? withoutPersonal(detail.data, fields) : detail.data);
  const object = auditedObject(action, detail.data) ?? `event:${action}`;
  return {
    pk: objectKey(object),
    sk: eventId,
    personKey: personKey(actor),
    monthKey: monthKey(recordedAt(eventId)),
    object,
    action,
    actor,
    occurredAt,
    causationId,
    correlationId,
    ...(Buffer.byteLength(data) <= maxDataBytes && { data }),
  };
}

/** How an actor was verified. The actor of an imported row is its file: no person signs in to upload one. */
export function actorKindOf(actor: string): 'person' | 'console' | 'machine' | 'file' | 'workflow' {
  return actor.startsWith('file ') ? 'file' : callerKindOf(actor);
}
