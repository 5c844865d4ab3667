import * as z from 'zod';
import { AttributeRule, Category, CategoryId, CategoryMargin, requirableFields } from '../../catalog/category.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';

const params = z.strictObject({ categoryId: CategoryId });

/** Body of `PUT`; a missing field is set to its default. */
export const CategoryContent = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .meta({ description: 'Name of the category, as customers see it', example: 'Tea' }),
    parentId: CategoryId.optional().meta({ description: 'Category above it. Default: none', example: 'drinks' }),
    position: z.int().min(0).max(1_000_000).default(0).meta({
      description: 'Position among the categories with the same parent, ascending. Default: 0',
      example: 10,
    }),
    requiredFields: z
      .array(z.enum(requirableFields))
      .max(20)
      .default([])
      .meta({
        description: `Fields that complete products have, also in the categories below: ${requirableFields.join(', ')}`,
        example: ['description', 'media'],
      }),
    attributes: z
      .array(AttributeRule)
      .max(50)
      .default([])
      .meta({ description: 'Attributes of products, also in the categories below; names are unique' }),
    ...CategoryMargin.shape,
  })
  .meta({ id: 'CategoryContent' });
export type CategoryContent = z.infer<typeof CategoryContent>;

/** The categories from the top to one. */
export const CategoryPath = z
  .array(
    z.object({
      categoryId: StoredText.meta({ description: 'Id of the category', example: 'tea' }),
      name: StoredText.meta({ description: 'Its current name', example: 'Tea' }),
    }),
  )
  .max(20)
  .meta({ description: 'The categories from the top to this one, with their current names' });

const CategoryResponse = Category.extend({ path: CategoryPath }).meta({ id: 'Category' });

export const putCategory = defineRoute({
  method: 'PUT',
  path: '/catalog/categories/{categoryId}',
  tag: 'Catalogue',
  summary: 'Create, rename, move or change a category',
  scope: 'catalog.write',
  params,
  headers: z.looseObject({
    'if-match': z.string().max(200).optional().meta({
      description: 'The `ETag` of the category that the change is based on',
      example: '"3-x1Zk0dJ7aB2c"',
    }),
  }),
  body: CategoryContent,
  responses: {
    200: { description: 'Changed, or unchanged', schema: CategoryResponse },
    201: { description: 'Created', schema: CategoryResponse },
    412: { description: 'Changed since the given ETag', schema: Problem },
    422: {
      description: 'Invalid content, such as an unknown parent, a cycle, or another type of an attribute',
      schema: Problem,
    },
    503: { description: '`busy`: concurrent changes of categories; nothing was changed', schema: Problem },
  },
});

export const getCategory = defineRoute({
  method: 'GET',
  path: '/catalog/categories/{categoryId}',
  tag: 'Catalogue',
  summary: 'Read a category with its path',
  scope: 'catalog.read',
  params,
  responses: {
    200: { description: 'The category', schema: CategoryResponse },
    404: { description: 'Unknown category', schema: Problem },
  },
});

export const listCategories = defineRoute({
  method: 'GET',
  path: '/catalog/categories',
  tag: 'Catalogue',
  summary: 'List categories with their paths, in the order of their ids',
  scope: 'catalog.read',
  query: z.strictObject({
    parentId: CategoryId.optional().meta({ description: 'Categories directly below this one', example: 'drinks' }),
    changedSince: timeRangeParameters('the category was last changed').from,
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `parentId`, `path` and `position` give the tree',
      schema: z.object({
        categories: z
          .array(CategoryResponse)
          .max(maxEntries)
          .meta({ description: 'Categories in the order of their ids' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});
