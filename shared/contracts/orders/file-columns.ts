import * as z from 'zod';
import { type Column, type Columns, wholeNumber } from '../../csv/columns.ts';
import type { DataOf } from '../define-event.ts';
import { Email } from '../../email.ts';
import { AmountMinor, CallerId, Country, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import type { OrderLine, OrderPlaced } from './events.ts';
import { OrderStatus } from './status.ts';

/** A row of an export: a line of an order. */
type ExportedLine = {
  order: Omit<DataOf<typeof OrderPlaced>, 'status' | 'lines'> & { status: OrderStatus };
  line: OrderLine;
};
/** All rows of an order agree on its columns `of: 'order'`. */
type OrderColumn = Column<ExportedLine> & { of: 'order' | 'line' };

const amount = wholeNumber.pipe(AmountMinor);
const notSold = 'An order that was cancelled or expired is not imported';

/** Columns of the files of orders, imported and exported, in the order of an export. */
export const orderColumns = {
  orderId: {
    of: 'order',
    write: ({ order }) => order.orderId,
    description: 'Id of the order in this store. Ignored by imports.',
    example: 'ord_1f0c9a7e5b3d',
  },
  externalOrderId: {
    of: 'order',
    read: CallerId,
    required: true,
    write: ({ order }) => order.externalOrderId,
    description: 'Id of the order in the channel.',
    example: 'web-100042',
  },
  channel: {
    of: 'order',
    read: z.string(),
    required: true,
    write: ({ order }) => order.channel,
    description: 'Channel of the store that sold the order.',
    example: 'storefront',
  },
  status: {
    of: 'order',
    read: OrderStatus.exclude(['cancelled', 'expired'], { error: notSold }).optional(),
    write: ({ order }) => order.status,
    description: 'Status of the order. Imported orders become `completed`; cancelled and expired ones are refused.',
    example: 'completed',
  },
  currency: {
    of: 'order',
    read: Currency,
    required: true,
    write: ({ order }) => order.currency,
    description: 'ISO 4217 code of all amounts of the order.',
    example: 'GBP',
  },
  placedAt: {
    of: 'order',
    read: Instant,
    required: true,
    write: ({ order }) => order.placedAt,
    description: 'Time at which the order was placed, RFC 3339 with offset, not in the future.',
    example: '2026-11-30T09:15:00Z',
  },
  customerId: {
    of: 'order',
    read: CallerId.optional(),
    write: ({ order }) => order.customer.id,
    description: 'Id of the customer in the channel.',
    example: 'customer-77',
  },
  customerEmail: {
    of: 'order',
    read: Email.optional(),
    write: ({ order }) => order.customer.email,
    description: 'E-mail address of the customer.',
    example: 'ada@example.com',
  },
  country: {
    of: 'order',
    read: Country.default('ZZ'),
    write: ({ order }) => order.shippingAddress.country,
    description: 'ISO 3166-1 alpha-2 code of the shipping address; `ZZ`, the default of imports, is unknown.',
    example: 'GB',
  },
  postalCode: {
    of: 'order',
    read: z.string().max(20).optional(),
    write: ({ order }) => order.shippingAddress.postalCode,
    description: 'Postal code of the shipping address.',
    example: 'SW1A 1AA',
  },
  city: {
    of: 'order',
    read: z.string().max(100).optional(),
    write: ({ order }) => order.shippingAddress.city,
    description: 'City of the shipping address.',
    example: 'London',
  },
  shippingMinor: {
    of: 'order',
    read: amount.default(0),
    write: ({ order }) => order.shippingMinor,
    description: 'Shipping of the order in minor units; 0 by default.',
    example: '495',
  },
  orderTotalMinor: {
    of: 'order',
    write: ({ order }) => order.totalMinor,
    description: 'Total of the order in minor units. Ignored by imports.',
    example: '4493',
  },
  lineId: {
    of: 'line',
    write: ({ line }) => line.lineId,
    description: 'Id of the line in the order. Ignored by imports.',
    example: 'line-1',
  },
  sku: {
    of: 'line',
    read: Sku,
    required: true,
    write: ({ line }) => line.sku,
    description: 'Code of the stock keeping unit.',
    example: 'TEA-EARL-GREY-100',
  },
  quantity: {
    of: 'line',
    read: wholeNumber.pipe(z.int().min(1).max(1_000_000)),
    required: true,
    write: ({ line }) => line.quantity,
    description: 'Units, 1 to 1,000,000.',
    example: '2',
  },
  unitPriceMinor: {
    of: 'line',
    read: amount,
    required: true,
    write: ({ line }) => line.unitPriceMinor,
    description: 'Price of a unit in minor units, such as pence.',
    example: '1999',
  },
  discountMinor: {
    of: 'line',
    read: amount.default(0),
    write: ({ line }) => line.discountMinor,
    description: 'Discount of the whole line in minor units; 0 by default.',
    example: '0',
  },
  taxMinor: {
    of: 'line',
    read: amount.default(0),
    write: ({ line }) => line.taxMinor,
    description: 'Tax of the whole line in minor units; 0 by default.',
    example: '666',
  },
  totalMinor: {
    of: 'line',
    write: ({ line }) => line.totalMinor,
    description: 'Total of the line in minor units. Ignored by imports.',
    example: '3998',
  },
  warehouse: {
    of: 'line',
    read: Warehouse.optional(),
    write: ({ line }) => line.warehouse,
    description: 'Warehouse that shipped the line; the first of the store by default.',
    example: 'main',
  },
} satisfies Record<string, OrderColumn>;

/** Columns of the result of an import: one row per bad row of the file. */
export const orderResultColumns = {
  row: { description: 'Number of the row as a spreadsheet shows it: the header is row 1.', example: '7' },
  externalOrderId: { description: 'Id of the order of the row, where it can be read.', example: 'web-100042' },
  reason: { description: 'Why the row was not imported.', example: 'channel: shop is no channel of the store' },
} satisfies Columns;
