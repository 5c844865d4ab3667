import * as z from 'zod';
import { Instant } from '../names.ts';

/** What staff decided: published products have the times of their launch and withdrawal, if they are scheduled. */
export const ProductStatus = z.enum(['draft', 'published', 'archived']).meta({
  description:
    '`draft`: not shown yet; `published`: on sale from its launch to its withdrawal; `archived`: no longer sold',
  example: 'published',
});

/** Whether and when a product is on sale. Its SKUs have a copy, so that placing an order reads no product. */
export const Publication = z.object({
  status: ProductStatus,
  publishedFrom: Instant.optional().meta({
    description: 'Time of the launch (UTC). Absent: on sale since the product was published',
    example: '2026-12-01T09:00:00.000Z',
  }),
  publishedUntil: Instant.optional().meta({
    description: 'Time of the withdrawal (UTC), from which on the product is not sold. Absent: no end',
    example: '2027-01-31T23:00:00.000Z',
  }),
});
export type Publication = z.infer<typeof Publication>;

export const productStates = ['draft', 'scheduled', 'published', 'withdrawn', 'archived'] as const;
/** The state of a product at a moment. */
export type ProductState = (typeof productStates)[number];

/** The state at `now` (milliseconds): on sale from the instant of the launch until before that of the withdrawal. */
export function stateAt({ status, publishedFrom, publishedUntil }: Publication, now: number): ProductState {
  if (status !== 'published') return status;
  if (publishedUntil !== undefined && now >= Date.parse(publishedUntil)) return 'withdrawn';
  if (publishedFrom !== undefined && now < Date.parse(publishedFrom)) return 'scheduled';
  return 'published';
}

/** Whether customers have not seen the product yet. */
export const isBeforeLaunch = (publication: Publication, now: number): boolean =>
  ['draft', 'scheduled'].includes(stateAt(publication, now));

/** The last time, at `now` in milliseconds, at which what customers see of a product changed. */
export function lastChangeAt({ publishedFrom, publishedUntil }: Publication, changedAt: string, now: number): string {
  const passed = [publishedFrom, publishedUntil]
    .flatMap((instant) => (instant === undefined ? [] : [new Date(instant).toISOString()]))
    .filter((instant) => Date.parse(instant) <= now);
  return [changedAt, ...passed].toSorted().at(-1) ?? changedAt;
}
