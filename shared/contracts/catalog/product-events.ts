import * as z from 'zod';
import { ProductId, ProductRecord } from '../../catalog/product.ts';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const version = z.int().positive().meta({ description: 'Number of changes of the product, from 1', example: 3 });

/** A product was created or changed. Contains the whole product; its SKUs have a copy of status and times. */
export const ProductChanged = defineEvent(
  'storeworks.catalog',
  'ProductChanged',
  ProductRecord.extend({
    version,
    /** SKUs that are variants no longer. */
    removedSkus: z
      .array(StoredText)
      .max(100)
      .meta({ description: 'SKUs that are no longer variants', example: ['TEA-OLD'] }),
  }),
);

const Announcement = z.object({
  productId: ProductId,
  title: StoredText.meta({ description: 'Title of the product', example: 'Earl Grey tea' }),
  skus: z
    .array(StoredText)
    .max(100)
    .meta({ description: 'Its SKUs', example: ['TEA-EARL-GREY-100'] }),
  at: Instant.meta({ description: 'When it happened (UTC)', example: '2026-12-01T09:00:00.000Z' }),
  version,
});

/** A product is on sale, from its scheduled launch or because it was published. */
export const ProductLaunched = defineEvent('storeworks.catalog', 'ProductLaunched', Announcement);

/** A product is no longer on sale: its withdrawal came, or it was archived or made a draft. */
export const ProductWithdrawn = defineEvent('storeworks.catalog', 'ProductWithdrawn', Announcement);
