import * as z from 'zod';
import { StoredTaxZone } from '../tax/tax-zones.ts';
import { StoredPromotionPolicy } from './promotion-policy.ts';
import { StoredShippingMethod } from './shipping-methods.ts';
import { snapshotReader } from './snapshot.ts';

const Version = z.int().positive();

/**
 * The settings by which orders are priced and placed, each with the version of its document. Until staff put a document, it
 * is absent, and the settings of the deployment (`SELLING`) apply.
 */
export const SellingSettings = z.object({
  taxZones: z.object({ version: Version, zones: z.array(StoredTaxZone) }).optional(),
  shippingMethods: z.object({ version: Version, methods: z.array(StoredShippingMethod) }).optional(),
  /** Warehouses by preference; all others follow by name. */
  warehouses: z.object({ version: Version, preference: z.array(z.string()) }).optional(),
  promotions: StoredPromotionPolicy.extend({ version: Version }).optional(),
});
export type SellingSettings = z.infer<typeof SellingSettings>;

/** Key of the snapshot in the table of settings. Placing reads it with the SKUs. */
export const sellingSettingsKey = { pk: 'SNAPSHOT#SELLING', sk: 'SNAPSHOT' };

/** As `snapshotReader`: the settings of the item, or none. */
export function sellingSettingsReader(): (item: unknown) => SellingSettings {
  const read = snapshotReader(SellingSettings);
  return (item) => read(item)?.value ?? {};
}
