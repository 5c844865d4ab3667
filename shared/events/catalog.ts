import * as z from 'zod';
import { AmountMinor, Currency, Sku } from '../names.ts';
import { defineEvent } from './define-event.ts';

/** A SKU as the catalogue holds it. */
export const SkuRecord = z.object({
  sku: Sku,
  name: z.string(),
  priceMinor: AmountMinor,
  currency: Currency,
  costMinor: AmountMinor.optional(),
  category: z.string().optional(),
  taxCategory: z.string(),
  weightGrams: z.int().nonnegative().optional(),
  active: z.boolean(),
});
export type SkuRecord = z.infer<typeof SkuRecord>;

/** A SKU was created or changed; carries it whole. */
export const SkuChanged = defineEvent('storeworks.catalog', 'SkuChanged', SkuRecord);
