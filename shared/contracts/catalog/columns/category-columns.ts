import * as z from 'zod';
import { attributeTypes } from '../../../catalog/attribute.ts';
import { type AttributeRule, type Category, CategoryId } from '../../../catalog/category.ts';
import { type Columns, wholeNumber, yesOrNo } from '../../../csv/columns.ts';

/** A row of a category: the first one has its fields, each adds a rule about an attribute. */
export type CategoryLine = {
  categoryId: string;
  category?: Category | undefined;
  rule?: AttributeRule | undefined;
};

const text = z.string().trim();

/**
 * Columns of the files of categories. The rows of a category follow each other and are its whole content; categories are in
 * any order. An empty cell is a missing field.
 */
export const categoryColumns = {
  categoryId: {
    read: CategoryId,
    required: true,
    write: ({ categoryId }) => categoryId,
    description: 'Id of the category, in each of its rows, which follow each other and replace its content.',
    example: 'tea',
  },
  name: {
    read: text.optional(),
    required: true,
    write: ({ category }) => category?.name,
    description: 'Name of the category, in its first row like its other fields.',
    example: 'Tea',
  },
  parentId: {
    read: text.optional(),
    write: ({ category }) => category?.parentId,
    description: 'Id of the category above it, which exists or is anywhere in the file; none by default.',
    example: 'drinks',
  },
  position: {
    read: wholeNumber.optional(),
    write: ({ category }) => category?.position,
    description: 'Position among the categories with the same parent, ascending; 0 by default.',
    example: '10',
  },
  requiredFields: {
    read: text.transform((names) => names.split(/[\s,]+/)).optional(),
    write: ({ category }) => category?.requiredFields.join(' '),
    description: 'Fields that complete products have, separated by blanks.',
    example: 'description media',
  },
  minMarginBasisPoints: {
    read: wholeNumber.optional(),
    write: ({ category }) => category?.minMarginBasisPoints,
    description: 'Margin on the purchase cost that prices need, in 1/100 percent; as the category above by default.',
    example: '2000',
  },
  belowMargin: {
    read: text.optional(),
    write: ({ category }) => category?.belowMargin,
    description: '`refuse` or `approve` for a price below the margin; as the category above by default.',
    example: 'approve',
  },
  attribute: {
    read: text.optional(),
    write: ({ rule }) => rule?.name,
    description: 'Name of an attribute of its products; each row adds one.',
    example: 'size',
  },
  attributeType: {
    read: z.enum(attributeTypes, `The types are ${attributeTypes.join(', ')}`).optional(),
    write: ({ rule }) => rule?.type,
    description: `Type of the attribute: ${attributeTypes.join(', ')}.`,
    example: 'size',
  },
  attributeOf: {
    read: z.enum(['product', 'variant'], 'The owners are product and variant').optional(),
    write: ({ rule }) => rule?.of,
    description:
      '`product` or `variant`: whether the product has the attribute, or each variant; `product` by default.',
    example: 'variant',
  },
  attributeRequired: {
    read: yesOrNo,
    write: ({ rule }) => rule && String(rule.required),
    description: 'Whether a product without the attribute is incomplete; `false` by default.',
    example: 'true',
  },
} satisfies Columns<CategoryLine>;
