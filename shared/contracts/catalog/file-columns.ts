import * as z from 'zod';
import { type Columns, wholeNumber, yesOrNo } from '../../csv/columns.ts';
import { SentInstant, Sku } from '../../names.ts';
import type { SkuRecord } from '../../catalog/sku-item.ts';
import type { PriceEntry } from '../../pricing/price-lists.ts';
import { ListId } from './price-list-routes.ts';
import { SkuContent } from './routes.ts';

const text = z.string().trim();

/** Columns of the files of SKUs. A row has the fields of `PUT /catalog/skus/{sku}`; an empty cell is a missing field. */
export const skuColumns = {
  sku: {
    read: Sku,
    required: true,
    write: ({ sku }) => sku,
    description: 'Code of the SKU, once in a file.',
    example: 'TEA-EARL-GREY-100',
  },
  name: {
    read: text,
    required: true,
    write: ({ name }) => name,
    description: 'Name of the SKU, as customers see it.',
    example: 'Earl Grey tea, 100 bags',
  },
  priceMinor: {
    read: wholeNumber,
    required: true,
    write: ({ priceMinor }) => priceMinor,
    description: 'Price of a unit, in minor units.',
    example: '1999',
  },
  currency: {
    read: SkuContent.shape.currency,
    required: true,
    write: ({ currency }) => currency,
    description: 'Currency of price and cost, ISO 4217.',
    example: 'GBP',
  },
  costMinor: {
    read: wholeNumber.optional(),
    write: ({ costMinor }) => costMinor,
    description: 'Purchase cost of a unit, in minor units.',
    example: '850',
  },
  category: {
    read: text.optional(),
    write: ({ category }) => category,
    description: 'Id of the category.',
    example: 'tea',
  },
  taxCategory: {
    read: text.optional(),
    write: ({ taxCategory }) => taxCategory,
    description: 'Tax category; `standard` by default.',
    example: 'standard',
  },
  weightGrams: {
    read: wholeNumber.optional(),
    write: ({ weightGrams }) => weightGrams,
    description: 'Weight of a unit in grams.',
    example: '320',
  },
  active: {
    read: yesOrNo,
    write: ({ active }) => String(active),
    description: 'Whether the SKU can be ordered; `true` by default.',
    example: 'true',
  },
} satisfies Columns<SkuRecord>;

/** A quantity break of a price of a SKU in a list. */
export type PriceLine = Omit<PriceEntry, 'breaks'> & PriceEntry['breaks'][number] & { sku: string };

/** Columns of the files of prices: a row for each quantity break. The rows of a SKU in a list follow each other. */
export const priceColumns = {
  listId: {
    read: ListId,
    required: true,
    write: ({ listId }) => listId,
    description: 'Id of the price list.',
    example: 'wholesale-eur',
  },
  sku: { read: Sku, required: true, write: ({ sku }) => sku, description: 'Code of the SKU.', example: 'TEA-1' },
  from: {
    read: SentInstant.optional(),
    write: ({ from }) => from,
    description: 'Start of the price, RFC 3339; when the file is imported by default. The price before it ends then.',
    example: '2026-12-01T00:00:00Z',
  },
  until: {
    read: SentInstant.optional(),
    write: ({ until }) => until,
    description: 'End of the price, RFC 3339; the start of the next one by default.',
    example: '2027-01-01T00:00:00Z',
  },
  minQuantity: {
    read: wholeNumber.optional(),
    write: ({ minQuantity }) => minQuantity,
    description: 'Smallest quantity to which the price applies; 1 by default.',
    example: '10',
  },
  unitPriceMinor: {
    read: wholeNumber,
    required: true,
    write: ({ unitPriceMinor }) => unitPriceMinor,
    description: 'Price of a unit, in minor units of the list.',
    example: '1799',
  },
} satisfies Columns<PriceLine>;

/** Columns of the result of a catalogue file: one row per row of the file. */
export const catalogResultColumns = {
  row: { description: 'Number of the row as a spreadsheet shows it: the header is row 1.', example: '7' },
  key: { description: 'What the row is about, where it can be read.', example: 'TEA-1' },
  status: { description: '`accepted` by this or an earlier upload, or `rejected`.', example: 'rejected' },
  reason: { description: 'Why the row was rejected; a malformed row has `invalid` first.', example: 'unknown-sku' },
} satisfies Columns;
