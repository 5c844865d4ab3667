import * as z from 'zod';
import { clockToleranceMs } from './clock.ts';
import { didYouMean } from './input/closest.ts';
import { countryCodes, countryMeantBy } from './reference-data/countries.ts';
import { currencyCodes, currencyProblem } from './reference-data/currencies.ts';

/** Code of a stock keeping unit, case-sensitive. */
export const Sku = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A SKU has 1 to 64 letters, digits, dots, dashes or underscores')
  .meta({ example: 'TEA-EARL-GREY-100' });
/** Code of a warehouse. */
export const Warehouse = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'A warehouse has 1 to 32 letters, digits, dots, dashes or underscores')
  .meta({ example: 'main' });

/** Three capital letters, as in stored items, events and responses, which may have a code that is no longer active. */
export const CurrencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'A currency is an ISO 4217 code such as GBP')
  .meta({ example: 'GBP' });
/** An active ISO 4217 code, for input. */
export const Currency = z
  .enum(currencyCodes, {
    error: ({ input }) => currencyProblem(input),
  })
  .meta({ id: 'Currency', description: 'Active ISO 4217 currency code', example: 'GBP' });

/** ISO 3166-1 alpha-2 code, for input; `ZZ` is an unknown country. */
export const Country = z
  .enum(countryCodes, {
    error: ({ input }) => `Not an ISO 3166-1 alpha-2 country code such as GB${countrySuggestion(input)}`,
  })
  .meta({ id: 'Country', description: 'ISO 3166-1 alpha-2 country code; `ZZ` if unknown', example: 'GB' });

/** The end of a problem's detail: what a text that is no country code probably means. */
export function countrySuggestion(input: unknown): string {
  const meant = typeof input === 'string' ? countryMeantBy(input) : undefined;
  return meant === undefined ? didYouMean(input, countryCodes) : `: did you mean ${meant}?`;
}

/** Largest amount in minor units. */
export const maxAmountMinor = 1_000_000_000_000;
/** Amount in minor units of its currency, such as pence. */
export const AmountMinor = z.int().min(0).max(maxAmountMinor).meta({ example: 1999 });

/** Characters of a time: nanoseconds with an offset have 35. RFC 3339 itself limits the digits of the fraction nowhere. */
const maxInstantLength = 40;
const DateTime = z.iso.datetime({
  offset: true,
  error: 'Not an RFC 3339 time with offset, such as 2026-11-30T09:15:00Z',
  abort: true,
});
const isFrom1970 = (instant: string) => Date.parse(instant) >= 0;
const before1970 = 'A time is from 1970 on';

/** RFC 3339 time with offset, for input, from 1970 on: sort keys and day names do not support earlier times. */
export const SentInstant = DateTime.max(maxInstantLength, `A time has at most ${maxInstantLength} characters`)
  .refine(isFrom1970, before1970)
  .meta({ example: '2026-11-30T09:15:00Z' });
/**
 * RFC 3339 time with offset in events, responses and stored items. A longer time, which could be sent before 2026-11-30, is
 * shortened to milliseconds when it is read.
 */
export const Instant = DateTime.overwrite(shortened)
  .max(maxInstantLength)
  .refine(isFrom1970, before1970)
  .meta({ example: '2026-11-30T09:15:00Z' });

function shortened(instant: string): string {
  const at = instant.length > maxInstantLength ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(at) ? instant : new Date(at).toISOString();
}

/** Earlier times are errors of a clock, a spreadsheet or a unit, such as seconds taken for milliseconds. */
const earliestEventMs = Date.UTC(2000, 0, 1);
const isFrom2000 = (instant: string) => Date.parse(instant) >= earliestEventMs;
const before2000 = 'The time is before the year 2000';
/** Time of an event as its source reports it: from 2000 on. Whether it is in the future depends on the clock: `timeProblem`. */
export const EventInstant = SentInstant.refine(isFrom2000, before2000).meta({ example: '2026-11-30T09:15:00Z' });
/** `EventInstant` in a message, which may have been sent before 2026-11-30: a longer time is shortened to milliseconds. */
export const QueuedEventInstant = Instant.refine(isFrom2000, before2000);
/**
 * Why something cannot have happened at `instant` (a text, or milliseconds), for a problem's detail; undefined if it can.
 * `now` in milliseconds.
 */
export function timeProblem(instant: string | number, now: number): string | undefined {
  const at = typeof instant === 'string' ? Date.parse(instant) : instant;
  if (at > now + clockToleranceMs) return 'The time is in the future';
  if (at < earliestEventMs) return before2000;
  return undefined;
}

/** A business day of the store, `YYYY-MM-DD`. */
export const BusinessDay = z.iso.date().meta({ example: '2026-11-30' });
/** Idempotency key chosen by the caller. Use `PathId` for an id that is part of a path. */
export const CallerId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'An id has printable ASCII characters and no spaces')
  .meta({ example: 'web-100042' });
/**
 * Id chosen by the caller that is part of a path: the unreserved characters of RFC 3986. API Gateway decodes a path before
 * it matches routes, so that `%2F` separates segments; clients remove the segments `.` and `..`.
 */
export const PathId = z
  .string()
  .min(1)
  .max(128)
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/,
    'An id that is part of a path has letters, digits, dashes, dots, underscores or tildes, and is not `.` or `..`',
  )
  .meta({ example: 'parcel-1' });
/**
 * Id in a path, of stored data that may be older than `PathId`, or generated. Refuses what no request can have in a path
 * segment; such ids remain in lists.
 */
export const PathSegment = z
  .string()
  .min(1)
  .max(128)
  .regex(
    /^(?!\.{1,2}$)(?:(?![/%?#\\])[\x21-\x7e])+$/,
    'An id in a path has printable ASCII characters except / % ? # and \\, and is not `.` or `..`',
  )
  .meta({ example: 'parcel-1' });
