import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';
import { Instant, PathId } from '../names.ts';
import { AttributeName, attributeTypes } from './attribute.ts';

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
  changedAt: Instant.meta({ description: 'When it was last changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
});
export type Category = z.infer<typeof Category>;

export const categoryPartition = (categoryId: string) => `CATEGORY#${categoryId}`;
