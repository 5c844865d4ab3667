import * as z from 'zod';
import { Attribute } from '../../catalog/attribute.ts';
import {
  LocalTime,
  maxAttributes,
  maxLabels,
  maxMedia,
  maxVariants,
  mediaKinds,
  ProductId,
  ProductRecord,
} from '../../catalog/product.ts';
import { productStates, ProductStatus } from '../../catalog/publication.ts';
import { SkuRecord } from '../../catalog/sku-item.ts';
import { Instant, PathId, Sku } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { CategoryPath } from './category-routes.ts';

const params = z.strictObject({ productId: ProductId });
const text = (max: number) => z.string().trim().min(1).max(max);
const Label = text(50);
const maxUrlLength = 2000;

const Media = z.strictObject({
  url: z
    .url({ protocol: /^https$/, error: 'A media URL is an absolute https address' })
    .max(maxUrlLength)
    .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'A media URL has no user name or password')
    .meta({ description: 'Address of the file, https only', example: 'https://cdn.example.com/earl-grey.jpg' }),
  alt: text(300).optional().meta({ description: 'Text instead of it', example: 'A tin of tea' }),
  kind: z.enum(mediaKinds).default('image').meta({ description: 'Kind of file. Default: image', example: 'image' }),
});

const Variant = z.strictObject({
  sku: Sku.meta({ description: 'Code of an existing SKU that no other product has' }),
  attributes: z
    .array(Attribute)
    .max(20)
    .default([])
    .meta({ description: 'What tells it apart: no two variants have the same values' }),
});

/** Body of `PUT`; a missing field is set to its default. */
export const ProductContent = z
  .strictObject({
    title: text(300).meta({ description: 'Title, as customers see it', example: 'Earl Grey tea' }),
    description: text(10_000).optional().meta({ description: 'Description', example: 'Black tea with bergamot' }),
    brand: text(100).optional().meta({ description: 'Brand', example: 'Twinings' }),
    categoryId: PathId.optional().meta({ description: 'Id of an existing category', example: 'tea' }),
    attributes: z
      .array(Attribute)
      .max(maxAttributes)
      .default([])
      .meta({ description: 'Attributes that all its variants share; names are unique' }),
    media: z
      .array(Media)
      .max(maxMedia, `Too many media: a product has at most ${maxMedia}. Remove some of them`)
      .default([])
      .meta({ description: 'Media in their order; the first is shown in lists' }),
    seoTitle: text(200).optional().meta({ description: 'Title for search engines', example: 'Buy Earl Grey tea' }),
    seoDescription: text(500)
      .optional()
      .meta({ description: 'Description for search engines', example: 'Fresh Earl Grey, 100 bags' }),
    labels: z
      .array(Label)
      .max(maxLabels)
      .default([])
      .meta({
        description: 'Labels, to find products by',
        example: ['gift'],
      }),
    position: z.int().min(0).max(1_000_000).default(0).meta({
      description: 'Position among the products of its category, ascending. Default: 0',
      example: 10,
    }),
    status: ProductStatus.default('draft'),
    launchAt: LocalTime.optional().meta({
      description:
        'When a published product is launched, in local time of `timeZone`. A time that the clocks skip is refused; one that occurs twice is the first, unless it has an offset. Default: at once',
      example: '2026-12-01T09:00',
    }),
    withdrawAt: LocalTime.optional().meta({
      description: 'When it is withdrawn, like `launchAt`. Default: never',
      example: '2027-01-31T23:00',
    }),
    timeZone: text(50).optional().meta({
      description: 'IANA time zone of both times. Default: that of the store',
      example: 'Europe/London',
    }),
    variants: z
      .array(Variant)
      .max(maxVariants, `Too many variants: a product has at most ${maxVariants}. Use several products`)
      .default([])
      .meta({ description: 'Its SKUs in their order. A removed SKU has no product: `active` alone decides its sale' }),
  })
  .meta({ id: 'ProductContent' });
export type ProductContent = z.infer<typeof ProductContent>;

/** Fields that are derived when a product is read. */
const derived = {
  state: z.enum(productStates).meta({
    description: 'State at this moment. Channels see published products only',
    example: 'published',
  }),
  categoryPath: CategoryPath,
  changedAt: Instant.meta({ description: 'When it was last changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
  completeness: z
    .object({
      percent: z.int().min(0).max(100).meta({ description: 'Share of the required fields that it has', example: 75 }),
      missing: z
        .array(StoredText)
        .max(maxEntries)
        .meta({ description: 'Required fields that it lacks', example: ['media', 'attributes/origin'] }),
    })
    .optional()
    .meta({ description: 'How complete it is, by its category. For staff' }),
};

const ProductResponse = ProductRecord.omit({ variants: true })
  .extend({
    ...derived,
    variants: z
      .array(
        ProductRecord.shape.variants.element.extend(
          SkuRecord.pick({ name: true, priceMinor: true, currency: true, active: true }).shape,
        ),
      )
      .max(maxVariants)
      .meta({ description: 'Its SKUs with their prices. Channels see active ones' }),
  })
  .meta({ id: 'Product' });

const ListedProduct = ProductRecord.extend(derived).meta({ id: 'ListedProduct' });

export const putProduct = defineRoute({
  method: 'PUT',
  path: '/catalog/products/{productId}',
  tag: 'Catalogue',
  summary: 'Create or replace a product: its content, variants, launch and withdrawal',
  scope: 'catalog.write',
  params,
  headers: z.looseObject({
    'if-match': z.string().max(200).optional().meta({
      description: 'The `ETag` of the product that the change is based on',
      example: '"3-x1Zk0dJ7aB2c"',
    }),
  }),
  body: ProductContent,
  responses: {
    200: { description: 'Replaced, or unchanged', schema: ProductResponse },
    201: { description: 'Created', schema: ProductResponse },
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: {
      description: 'Invalid content, such as a launch in the past, an unknown SKU, or a SKU of another product',
      schema: Problem,
    },
    503: { description: '`busy`: concurrent changes of the product or its SKUs; nothing was changed', schema: Problem },
  },
});

export const getProduct = defineRoute({
  method: 'GET',
  path: '/catalog/products/{productId}',
  tag: 'Catalogue',
  summary: 'Read a product with its variants and their prices',
  scope: 'catalog.read',
  params,
  responses: {
    200: { description: 'The product', schema: ProductResponse },
    404: { description: 'Unknown product, or not published for a channel', schema: Problem },
  },
});

export const listProducts = defineRoute({
  method: 'GET',
  path: '/catalog/products',
  tag: 'Catalogue',
  summary: 'List products by category, label, state and time of their last change, in the order of their ids',
  scope: 'catalog.read',
  query: z.strictObject({
    category: PathId.optional().meta({ description: 'Products of this category or one below it', example: 'drinks' }),
    label: Label.optional().meta({ description: 'Products with this label, spelled exactly', example: 'gift' }),
    status: severalOf(productStates, { description: 'States at this moment', example: 'draft,scheduled' }).optional(),
    changedSince: timeRangeParameters('the product was last changed, launched or withdrawn').from,
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Filters may give a short page although more follow',
      schema: z.object({
        products: z.array(ListedProduct).max(maxEntries).meta({ description: 'Products in the order of their ids' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});
