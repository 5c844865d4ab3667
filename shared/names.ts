import * as z from 'zod';

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
/** ISO 4217 code. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'A currency is an ISO 4217 code such as GBP')
  .meta({ example: 'GBP' });
/** ISO 3166-1 alpha-2 code; `ZZ` is an unknown country. */
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'A country is an ISO 3166-1 alpha-2 code such as GB')
  .meta({ example: 'GB' });
/** Largest amount in minor units. */
export const maxAmountMinor = 1_000_000_000_000;
/** Amount in minor units of its currency, such as pence. */
export const AmountMinor = z.int().min(0).max(maxAmountMinor).meta({ example: 1999 });
/** RFC 3339 time with offset, from 1970 on: sort keys and day names do not support earlier times. */
export const Instant = z.iso
  .datetime({ offset: true })
  .refine((instant) => Date.parse(instant) >= 0, 'A time is from 1970 on')
  .meta({ example: '2026-11-30T09:15:00Z' });
/** A business day of the store, `YYYY-MM-DD`. */
export const BusinessDay = z.iso.date().meta({ example: '2026-11-30' });
/** Idempotency key chosen by the caller. */
export const CallerId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'An id has printable ASCII characters and no spaces')
  .meta({ example: 'web-100042' });
