import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';
import { listShards } from '../dynamodb/list-shards.ts';
import { PathId, Sku } from '../names.ts';
import { Attribute } from './attribute.ts';
import { Publication } from './publication.ts';

/** A product and all its variants are written in one transaction, which has at most 100 actions. */
export const maxVariants = 90;
export const maxMedia = 50;
export const maxLabels = 50;
export const maxAttributes = 50;

export const ProductId = PathId.meta({ description: 'Id of the product, chosen by the caller', example: 'earl-grey' });

/** Local date and time, with an optional offset for a time that occurs twice. */
export const LocalTime = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:[0-5]\d)?(Z|[+-]\d{2}:\d{2})?$/,
    'A time is a local date and time such as 2026-12-01T09:00, with an offset if it occurs twice',
  );

export const mediaKinds = ['image', 'video', 'model', 'document'] as const;

/** A product. Its item has these attributes beside its keys. */
export const ProductRecord = Publication.extend({
  productId: ProductId,
  title: StoredText.meta({ description: 'Title, as customers see it', example: 'Earl Grey tea' }),
  description: StoredText.optional().meta({ description: 'Description', example: 'Black tea with bergamot' }),
  brand: StoredText.optional().meta({ description: 'Brand', example: 'Twinings' }),
  categoryId: StoredText.optional().meta({ description: 'Id of its category', example: 'tea' }),
  attributes: z.array(Attribute).max(maxAttributes).meta({ description: 'Attributes that all its variants share' }),
  media: z
    .array(
      z.object({
        url: StoredText.meta({ description: 'Address of the file', example: 'https://cdn.example.com/earl-grey.jpg' }),
        alt: StoredText.optional().meta({ description: 'Text instead of it', example: 'A tin of tea' }),
        kind: z.enum(mediaKinds).meta({ description: 'Kind of file', example: 'image' }),
      }),
    )
    .max(maxMedia)
    .meta({ description: 'Media in their order; the first is shown in lists' }),
  seoTitle: StoredText.optional().meta({ description: 'Title for search engines', example: 'Buy Earl Grey tea' }),
  seoDescription: StoredText.optional().meta({
    description: 'Description for search engines',
    example: 'Fresh Earl Grey, 100 bags',
  }),
  labels: z
    .array(StoredText)
    .max(maxLabels)
    .meta({ description: 'Labels, to find products by', example: ['gift'] }),
  position: z.int().meta({ description: 'Position among the products of its category, ascending', example: 10 }),
  launchAt: StoredText.optional().meta({ description: 'Launch in local time', example: '2026-12-01T09:00' }),
  withdrawAt: StoredText.optional().meta({ description: 'Withdrawal in local time', example: '2027-01-31T23:00' }),
  timeZone: StoredText.optional().meta({ description: 'IANA time zone of both', example: 'Europe/London' }),
  variants: z
    .array(
      z.object({
        sku: Sku.meta({ description: 'Code of the SKU' }),
        attributes: z.array(Attribute).max(maxAttributes).meta({ description: 'What tells it apart from the others' }),
      }),
    )
    .max(maxVariants)
    .meta({ description: 'Its SKUs in their order' }),
});
export type ProductRecord = z.infer<typeof ProductRecord>;

/** Partition key of a product and of its events. */
export const productPartition = (productId: string) => `PRODUCT#${productId}`;
export const productKey = (productId: string) => ({ pk: productPartition(productId), sk: 'PRODUCT' });

/** Partitions of products in the index of all SKUs, which has both by code. */
export const productShards = listShards('PRODUCT');
