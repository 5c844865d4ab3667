import * as z from 'zod';
import { AmountMinor, Currency, Sku } from '../names.ts';

/** A SKU as the catalogue holds it; an item of the catalogue has these members beside its keys. */
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

/** Why it is not sold in this currency, if so, as a problem type with its sentence. */
export function notSold(sku: SkuRecord | undefined, code: string, currency: string) {
  if (!sku) return { type: 'unknown-sku', detail: `${code} is not in the catalogue` };
  if (!sku.active) return { type: 'inactive-sku', detail: `${code} is not on sale` };
  if (sku.currency !== currency) return { type: 'wrong-currency', detail: `${code} is sold in ${sku.currency}` };
  return undefined;
}

/** Partition of a SKU and of the events of its changes. */
export const skuPartition = (sku: string) => `SKU#${sku}`;

/** Key of a SKU's item in the catalogue. */
export const skuKey = (sku: string) => ({ pk: skuPartition(sku), sk: 'SKU' });
