import { SkuRecord } from '../../catalog/sku-item.ts';
import { defineEvent } from '../define-event.ts';

/** A SKU was created or changed. Contains the whole SKU, except its prices in price lists: `PriceChanged` has those. */
export const SkuChanged = defineEvent('storeworks.catalog', 'SkuChanged', SkuRecord.omit({ prices: true }));
