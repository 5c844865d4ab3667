import * as z from 'zod';
import { StoredText } from './bounds.ts';
import { dayBounds } from '../business-day.ts';
import { BusinessDay, Instant } from '../names.ts';
import { type HttpResponse, invalidValueText, problem } from './problem.ts';

/** Query parameters of every list that has pages. */
export const pageParameters = {
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({
    description: 'Largest number of entries of the page, 1 to 100. A page may be shorter although more follow',
    example: 50,
  }),
  cursor: z.string().max(2000).optional().meta({
    description:
      'The `cursor` of the page before. It belongs to that caller, list and filters; only `limit` may change',
    example: 'q3Zk0dJ7…',
  }),
};

/** The member of a response that requests the next page. */
export const nextCursor = StoredText.optional().meta({
  description: 'Requests the next page; absent on the last page',
  example: 'q3Zk0dJ7…',
});

/** The response to a cursor of another query or caller. */
export const invalidCursor = problem(
  400,
  'invalid-cursor',
  'The cursor does not belong to this query. Repeat the filters of the page before, or start without a cursor.',
);

/** The response to a query parameter whose value depends on the configuration of the store. */
export const invalidParameter = (name: string, detail: string): HttpResponse =>
  problem(400, 'invalid-parameter', 'A query parameter is not valid.', { errors: [{ pointer: `/${name}`, detail }] });

/**
 * A filter by several values of a closed list, separated by commas. The HTTP API joins a repeated parameter by commas.
 * Each value occurs once in the result, in the order of `valid`, so that equal filters have equal cursors.
 */
export const severalOf = <const V extends string>(
  valid: readonly V[],
  { description, example }: { description: string; example: string },
) =>
  z
    .string()
    .max(1000)
    .transform((text, context): V[] => {
      const values = text.split(',').map((value) => value.trim());
      const known = new Set<string>(valid);
      for (const value of new Set(values.filter((each) => !known.has(each)))) {
        context.addIssue({ code: 'custom', message: invalidValueText(value, valid) });
      }
      return valid.filter((each) => values.includes(each));
    })
    .meta({
      description: `${description}. Several are separated by commas. Valid values: ${valid.join(', ')}`,
      example,
    });

const timeText = 'A time is a day such as 2026-11-30 or an instant such as 2026-11-30T09:15:00Z (write + as %2B)';
const Time = z
  .string()
  .max(40)
  .refine((text) => BusinessDay.safeParse(text).success || Instant.safeParse(text).success, timeText);

/** Query parameters of a time range. `of` names the time that is compared, such as "the order was placed". */
export const timeRangeParameters = (of: string) => ({
  from: Time.optional().meta({
    description: `Earliest time at which ${of}: an instant, or a business day from its start`,
    example: '2026-11-30T09:15:00Z',
  }),
  to: Time.optional().meta({
    description: `Time before which ${of}: an instant (exclusive), or a business day to its end`,
    example: '2026-11-30',
  }),
});

/** A range of UTC times as ISO 8601 texts, which sort by time: `from` is inclusive, `before` exclusive. */
export type TimeRange = { from?: string | undefined; before?: string | undefined };

/** The range of `from` and `to` in an IANA zone, or undefined if it is empty. */
export function timeRangeOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
): TimeRange | undefined {
  const isDay = (text: string) => BusinessDay.safeParse(text).success;
  const iso = (at: number | string) => new Date(at).toISOString();
  const start = from === undefined ? undefined : iso(isDay(from) ? dayBounds(from, timeZone).startMs : from);
  const end = to === undefined ? undefined : iso(isDay(to) ? dayBounds(to, timeZone).endMs : to);
  return start !== undefined && end !== undefined && start >= end ? undefined : { from: start, before: end };
}

/** The response to an empty time range. */
export const emptyRange = invalidParameter('from', 'The range is empty: from is not earlier than to');

/** Largest total of a page in bytes, as JSON; a larger first entry is a page of its own. Lambda returns at most 6 MB. */
const maxPageBytes = 900_000;

/** How many of the entries, from the first on, fit into a page: at least one. */
export function countWithinBytes(entries: readonly unknown[], maxBytes = maxPageBytes): number {
  let bytes = 0;
  const tooMany = entries.findIndex((entry, index) => {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    return index > 0 && bytes > maxBytes;
  });
  return tooMany === -1 ? entries.length : tooMany;
}
