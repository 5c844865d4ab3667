import * as z from 'zod';
import { attributeTypes } from '../../../catalog/attribute.ts';
import { mediaKinds, type ProductRecord } from '../../../catalog/product.ts';
import { ProductStatus } from '../../../catalog/publication.ts';
import { type Columns, wholeNumber } from '../../../csv/columns.ts';
import { PathId, Sku } from '../../../names.ts';

/** A value of an attribute. An attribute of materials has one for each material. */
export type AttributeCell = {
  name: string;
  type: string;
  value: string | number;
  detail?: string | number | undefined;
};
/** A row of a product: the first one has its fields, each adds a label, a medium, a variant or a value of an attribute. */
export type ProductLine = {
  productId: string;
  product?: ProductRecord | undefined;
  label?: string | undefined;
  media?: ProductRecord['media'][number] | undefined;
  sku?: string | undefined;
  attribute?: AttributeCell | undefined;
};

const text = z.string().trim();

/**
 * Columns of the files of products. The rows of a product follow each other and are its whole content. An empty cell is a
 * missing field.
 */
export const productColumns = {
  productId: {
    read: PathId,
    required: true,
    write: ({ productId }) => productId,
    description: 'Id of the product, in each of its rows, which follow each other and replace its content.',
    example: 'earl-grey',
  },
  title: {
    read: text.optional(),
    required: true,
    write: ({ product }) => product?.title,
    description: 'Title, in the first row of the product like its other fields.',
    example: 'Earl Grey tea',
  },
  description: {
    read: text.optional(),
    write: ({ product }) => product?.description,
    description: 'Description.',
    example: 'Black tea with bergamot',
  },
  brand: {
    read: text.optional(),
    write: ({ product }) => product?.brand,
    description: 'Brand.',
    example: 'Twinings',
  },
  categoryId: {
    read: text.optional(),
    write: ({ product }) => product?.categoryId,
    description: 'Id of an existing category.',
    example: 'tea',
  },
  seoTitle: {
    read: text.optional(),
    write: ({ product }) => product?.seoTitle,
    description: 'Title for search engines.',
    example: 'Buy Earl Grey tea',
  },
  seoDescription: {
    read: text.optional(),
    write: ({ product }) => product?.seoDescription,
    description: 'Description for search engines.',
    example: 'Fresh Earl Grey, 100 bags',
  },
  position: {
    read: wholeNumber.optional(),
    write: ({ product }) => product?.position,
    description: 'Position among the products of its category, ascending; 0 by default.',
    example: '10',
  },
  status: {
    read: ProductStatus.optional(),
    write: ({ product }) => product?.status,
    description: '`draft`, `published` or `archived`; `draft` by default.',
    example: 'published',
  },
  launchAt: {
    read: text.optional(),
    write: ({ product }) => product?.launchAt,
    description: 'Launch in local time of `timeZone`; at once by default.',
    example: '2026-12-01T09:00',
  },
  withdrawAt: {
    read: text.optional(),
    write: ({ product }) => product?.withdrawAt,
    description: 'Withdrawal in local time of `timeZone`; never by default.',
    example: '2027-01-31T23:00',
  },
  timeZone: {
    read: text.optional(),
    write: ({ product }) => product?.timeZone,
    description: 'IANA time zone of both times; that of the store by default.',
    example: 'Europe/London',
  },
  label: {
    read: text.optional(),
    write: ({ label }) => label,
    description: 'A label; each row adds one.',
    example: 'gift',
  },
  mediaUrl: {
    read: text.optional(),
    write: ({ media }) => media?.url,
    description: 'Address of a media file, https only; each row adds one, in their order.',
    example: 'https://cdn.example.com/earl-grey.jpg',
  },
  mediaAlt: {
    read: text.optional(),
    write: ({ media }) => media?.alt,
    description: 'Text instead of the media file.',
    example: 'A tin of tea',
  },
  mediaKind: {
    read: z.enum(mediaKinds, `The kinds are ${mediaKinds.join(', ')}`).optional(),
    write: ({ media }) => media?.kind,
    description: `Kind of the media file: ${mediaKinds.join(', ')}; \`image\` by default.`,
    example: 'image',
  },
  sku: {
    read: Sku.optional(),
    write: ({ sku }) => sku,
    description: 'Code of a variant, in their order; in each row that has an attribute of it.',
    example: 'TEA-EARL-GREY-100',
  },
  attribute: {
    read: text.optional(),
    write: ({ attribute }) => attribute?.name,
    description: 'Name of an attribute: of the variant, in a row with `sku`, or else of the product.',
    example: 'fabric',
  },
  attributeType: {
    read: z.enum(attributeTypes, `The types are ${attributeTypes.join(', ')}`).optional(),
    write: ({ attribute }) => attribute?.type,
    description: `Type of the attribute: ${attributeTypes.join(', ')}.`,
    example: 'material',
  },
  attributeValue: {
    read: text.optional(),
    write: ({ attribute }) => attribute?.value,
    description: 'Value of the attribute; an attribute of several materials has a row for each.',
    example: 'cotton',
  },
  attributeDetail: {
    read: text.optional(),
    write: ({ attribute }) => attribute?.detail,
    description: 'Unit of a number, hexadecimal code of a colour, system of a size, or percent of a material.',
    example: '80',
  },
} satisfies Columns<ProductLine>;
