import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';
import { staffOnly } from '../contracts/readers.ts';
import { Instant, PathId } from '../names.ts';
import { AttributeName, attributeTypes } from './attribute.ts';
import { BelowMargin, MinMargin } from './price-guard.ts';

/** Fields of a product that a category can require. */
export const requirableFields = ['description', 'brand', 'media', 'seoTitle', 'seoDescription', 'labels'] as const;

export const CategoryId = PathId.meta({ description: 'Id of the category; it never changes', example: 'tea' });

/** What the products of a category, and of the categories below it, say about an attribute. */
export const AttributeRule = z.strictObject({
  name: AttributeName,
  type: z.enum(attributeTypes).meta({ description: 'Type that the attribute has in this category', example: 'size' }),
  of: z.enum(['product', 'variant']).default('product').meta({
    description: 'Whether the product has the attribute, or each of its variants. Default: product',
    example: 'variant',
  }),
  required: z.boolean().default(false).meta({
    description: 'Whether a product without it is incomplete. Default: false',
    example: true,
  }),
});
export type AttributeRule = z.infer<typeof AttributeRule>;

/** The margin of the prices of a category. Channels do not read it. */
const marginFields = {
  minMarginBasisPoints: MinMargin.optional().meta({
    description:
      'Margin on the purchase cost that prices need, in 1/100 percent, also in the categories below. 2000: a price is at least 1.2 times the cost. Default: as the category above',
    example: 2000,
  }),
  belowMargin: BelowMargin.optional().meta({
    description: '`refuse` refuses a lower price, `approve` makes it wait for a second person. Default: as above',
    example: 'approve',
  }),
};
/** They are part of the body of a category as well. */
export const CategoryMargin = z.object(marginFields);

/** A category as it is stored. A name is shown, the id is what orders and reports keep. */
export const Category = z.object({
  categoryId: CategoryId,
  name: StoredText.meta({ description: 'Name of the category, as customers see it', example: 'Tea' }),
  parentId: CategoryId.optional().meta({ description: 'Category above it; absent at the top', example: 'drinks' }),
  position: z.int().meta({ description: 'Position among the categories with the same parent, ascending', example: 10 }),
  requiredFields: z
    .array(z.enum(requirableFields))
    .max(requirableFields.length)
    .meta({
      description: 'Fields that complete products of this category and of those below it have',
      example: ['description', 'media'],
    }),
  attributes: z.array(AttributeRule).max(50).meta({
    description: 'Attributes of products of this category and of those below it',
  }),
  minMarginBasisPoints: staffOnly(marginFields.minMarginBasisPoints),
  belowMargin: staffOnly(marginFields.belowMargin),
  changedAt: Instant.meta({ description: 'When it was last changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
});
export type Category = z.infer<typeof Category>;

export const categoryPartition = (categoryId: string) => `CATEGORY#${categoryId}`;
