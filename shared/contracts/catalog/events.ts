import { SkuRecord } from '../../catalog/sku-item.ts';
import { defineEvent } from '../define-event.ts';

/** A SKU was created or changed. Contains the whole SKU. */
export const SkuChanged = defineEvent('storeworks.catalog', 'SkuChanged', SkuRecord);
