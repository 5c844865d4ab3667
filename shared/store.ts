import * as z from 'zod';
import type { Scope } from './scopes.ts';

/** A machine that calls the store's HTTP interface. A client that places orders is a channel of the same name. */
export type Client = { scopes: readonly Scope[]; pricesItself?: true };

/** How orders are priced and sold; handed to functions as one environment variable, so that a store changes it in one place. */
export const SellingPolicy = z.object({
  /** IANA zone whose midnights bound the business days. */
  timeZone: z.string(),
  /** Whether prices contain tax. */
  taxIncluded: z.boolean(),
  /** Basis points (1/100 of a percent) by tax category of the SKU; an unknown category is taxed as `standard`. */
  taxBasisPoints: z.record(z.string(), z.int().min(0).max(10_000)),
  /** Price by method; the first is the default. Taxed as `standard`. */
  shippingMethods: z.array(z.object({ method: z.string(), priceMinor: z.int().nonnegative() })).min(1),
  /** Warehouses in the order in which they are preferred; others come after them by name. */
  warehousePreference: z.array(z.string()),
});
export type SellingPolicy = z.infer<typeof SellingPolicy>;
