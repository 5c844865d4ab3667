import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { addressFields } from '../../address.ts';
import { BusinessDay, Warehouse } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { ReturnAddress } from '../refunds/return-routes.ts';
import { LotResponse, StockResponse } from './routes.ts';

/** An entry of the list of stock. */
const ListedStock = StockResponse.extend({
  lots: z.array(LotResponse).max(maxEntries).optional().meta({
    description: 'Lots that match the filters; only with `expired=true` or `expiringBefore`',
  }),
}).meta({ id: 'ListedStock' });

export const listStock = defineRoute({
  method: 'GET',
  path: '/stock',
  tag: 'Stock',
  summary: 'List the stock of SKUs by warehouse, below a level, and by expiry, in the order of their codes',
  scope: 'stock.read',
  query: z.strictObject({
    warehouse: Warehouse.optional().meta({
      description: 'SKUs with counters in this warehouse, to which the other filters then refer',
      example: 'main',
    }),
    availableBelow: z
      .string()
      .regex(/^-?\d{1,9}$/, 'A level is a whole number of units such as 10')
      .transform(Number)
      .optional()
      .meta({
        description: 'SKUs with fewer available units than this, in the warehouse or else in total',
        example: '10',
      }),
    expired: z.enum(['true', 'false'], 'Valid values: true, false').optional().meta({
      description: '`true` lists the SKUs with expired units, `false` those without',
      example: 'true',
    }),
    expiringBefore: BusinessDay.optional().meta({
      description: 'SKUs with units of lots that expire before this day, and of those that are expired',
      example: '2026-12-31',
    }),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Filters may give a short page although more follow',
      schema: z.object({
        stock: z.array(ListedStock).max(maxEntries).meta({ description: 'Stock, in the order of the SKUs' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

/** Where a warehouse is. */
const WarehouseAddress = z.object(addressFields).omit({ name: true });
export type WarehouseAddress = z.infer<typeof WarehouseAddress>;

/** A warehouse of the store's settings. */
export const WarehouseResponse = z
  .object({
    warehouse: Warehouse.meta({ description: 'Code of the warehouse', example: 'main' }),
    name: StoredText.optional().meta({ description: 'Name of the warehouse', example: 'London' }),
    address: WarehouseAddress.optional().meta({
      description: 'Where the warehouse is',
      example: { line1: '1 Dock Road', city: 'London', postalCode: 'E16 1AG', country: 'GB' },
    }),
    returnAddress: ReturnAddress.optional().meta({
      description: 'Where customers send returns; absent if returns go to the first warehouse with an address',
      example: { name: 'Storeworks Returns', line1: '1 Dock Road', city: 'London', country: 'GB' },
    }),
  })
  .meta({ id: 'Warehouse' });
export type WarehouseResponse = z.infer<typeof WarehouseResponse>;

export const listWarehouses = defineRoute({
  method: 'GET',
  path: '/warehouses',
  tag: 'Stock',
  summary: 'List the warehouses of the store, those from which orders are preferably shipped first',
  scope: 'stock.read',
  responses: {
    200: {
      description: 'All warehouses of the settings',
      schema: z.object({
        warehouses: z
          .array(WarehouseResponse)
          .max(maxEntries)
          .meta({ description: 'Warehouses, the preferred ones first' }),
      }),
    },
  },
});
