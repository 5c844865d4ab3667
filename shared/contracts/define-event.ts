import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { StoredText } from './bounds.ts';
import { Instant } from '../names.ts';

export const Metadata = z.object({
  eventId: StoredText.meta({
    description: 'Id of the event; an event that is delivered again has the same one',
    example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
  }),
  version: z.int().positive().meta({ description: 'Version of the event’s data', example: 1 }),
  occurredAt: Instant.meta({
    description: 'Business time of the event, RFC 3339 with offset; determines the business day of its reports',
    example: '2026-11-30T09:15:00.000Z',
  }),
  correlationId: StoredText.meta({
    description: 'Id of the request that started the chain of events',
    example: 'c0ffee-1',
  }),
  causationId: StoredText.meta({
    description: 'Id of the event or request that caused this event',
    example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PW',
  }),
  actor: StoredText.meta({ description: 'A client or user id, or `storeworks.<workflow>`', example: 'storefront' }),
});

export type Metadata = z.infer<typeof Metadata>;

/** Defines an event once. Publisher, rule pattern, consumer schema and documentation derive from this value. */
export const defineEvent = <const S extends string, const T extends string, D extends z.ZodType>(
  source: S,
  detailType: T,
  data: D,
) => ({
  source,
  detailType,
  version: 1,
  pattern: { source: [source], detailType: [detailType] },
  envelope: z.object({
    source: z.literal(source).describe('Workflow that published the event'),
    'detail-type': z.literal(detailType).describe('Name of the event'),
    detail: z
      .object({
        metadata: Metadata.describe('Identity, time and origin of the event'),
        data: data.describe('What changed'),
      })
      .describe('The event'),
  }),
});

export type EventDefinition = ReturnType<typeof defineEvent<string, string, z.ZodType>>;
export type EventOf<E extends { envelope: z.ZodType }> = z.infer<E['envelope']>;
export type DataOf<E extends { envelope: z.ZodType<{ detail: { data: unknown } }> }> = EventOf<E>['detail']['data'];

/** The origin of an event; `now` is in milliseconds since the epoch. */
export type Cause = { actor: string; correlationId: string; causationId: string; now: number };

// Monotonic: event ids of one process sort in their order, also within a millisecond.
const nextEventId = monotonicFactory();

/** Creates an event of this definition. `occurredAt` is RFC 3339. @default `cause.now` */
export const newEvent = <E extends EventDefinition>(
  definition: E,
  data: DataOf<E>,
  cause: Cause,
  occurredAt: string = new Date(cause.now).toISOString(),
) => ({
  source: definition.source,
  'detail-type': definition.detailType,
  detail: {
    metadata: {
      eventId: nextEventId(cause.now),
      version: definition.version,
      occurredAt,
      correlationId: cause.correlationId,
      causationId: cause.causationId,
      actor: cause.actor,
    },
    data,
  },
});

export type NewEvent = ReturnType<typeof newEvent>;
