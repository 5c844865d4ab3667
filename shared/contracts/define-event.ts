import { monotonicFactory } from 'ulid';
import * as z from 'zod';

export const Metadata = z.object({
  eventId: z.string(),
  version: z.int().positive(),
  /** When it happened in the business, RFC 3339 with offset; decides the business day it is reported in. */
  occurredAt: z.iso.datetime({ offset: true }),
  correlationId: z.string(),
  /** The event or request that led to this one. */
  causationId: z.string(),
  /** Who did it: a client or user id, or `storeworks.<workflow>` for the system itself. */
  actor: z.string(),
});

export type Metadata = z.infer<typeof Metadata>;

/** One event is one value: publisher, rule pattern, consumer schema and documentation all derive from it. */
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
    source: z.literal(source),
    'detail-type': z.literal(detailType),
    detail: z.object({ metadata: Metadata, data }),
  }),
});

export type EventDefinition = ReturnType<typeof defineEvent<string, string, z.ZodType>>;
export type EventOf<E extends { envelope: z.ZodType }> = z.infer<E['envelope']>;
export type DataOf<E extends { envelope: z.ZodType<{ detail: { data: unknown } }> }> = EventOf<E>['detail']['data'];

/** Who and what an event is caused by; `now` is in milliseconds since the epoch. */
export type Cause = { actor: string; correlationId: string; causationId: string; now: number };

// Events of one process sort in the order in which they were made, also within a millisecond.
const nextEventId = monotonicFactory();

/** Stamps `data` as an event of this definition. `occurredAt` defaults to now. */
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
