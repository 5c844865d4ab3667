import * as z from 'zod';
import { maxEntries, StoredText } from '../contracts/bounds.ts';
import { AmountMinor, CurrencyCode, Instant } from '../names.ts';

/** The list of a SKU's own price, in its own currency: it applies where no other list has a price. */
export const baseList = 'base';

/** Where and when the prices of a list apply. */
export const PriceList = z.object({
  listId: StoredText.meta({ description: 'Id of the price list', example: 'wholesale-eur' }),
  name: StoredText.meta({ description: 'Name of the price list', example: 'Wholesale, euros' }),
  currency: CurrencyCode.describe('Currency of the prices, ISO 4217'),
  channels: z
    .array(StoredText)
    .max(maxEntries)
    .optional()
    .meta({ description: 'Channels in which the list applies. Default: all', example: ['storefront'] }),
  customerGroups: z
    .array(StoredText)
    .max(maxEntries)
    .optional()
    .meta({ description: 'Customer groups to which the list applies. Default: all customers', example: ['wholesale'] }),
  priority: z.int().meta({
    description: 'Of several lists that have a price, the one of the highest priority applies',
    example: 10,
  }),
  validFrom: Instant.optional().meta({
    description: 'Start of the list. Default: none',
    example: '2026-12-01T00:00:00Z',
  }),
  validTo: Instant.optional().meta({
    description: 'End of the list, exclusive. Default: none',
    example: '2027-01-01T00:00:00Z',
  }),
  taxIncluded: z.boolean().optional().meta({
    description:
      'Whether the prices contain tax. Where an order has it otherwise, the unit price is converted at the rates of the line and rounded. Default: as the order',
    example: true,
  }),
  version: z.int().positive().meta({ description: 'Version of the list', example: 3 }),
});
export type PriceList = z.infer<typeof PriceList>;

/** The prices of a SKU in a list for a period: by quantity, the smallest quantity first. */
export const PriceEntry = z.object({
  listId: StoredText.meta({ description: 'Id of the price list', example: 'wholesale-eur' }),
  from: Instant.meta({ description: 'Start of the price', example: '2026-12-01T00:00:00Z' }),
  until: Instant.optional().meta({
    description: 'End of the price, exclusive. Default: none',
    example: '2027-01-01T00:00:00Z',
  }),
  breaks: z
    .array(
      z.object({
        minQuantity: z.int().positive().meta({
          description: 'Smallest quantity of the SKU in the order to which the price applies',
          example: 10,
        }),
        unitPriceMinor: AmountMinor.meta({ description: 'Price of a unit, in minor units of the list', example: 1799 }),
      }),
    )
    .min(1)
    .max(100)
    .describe('Prices by quantity. Without a price for the quantity, the next list applies'),
});
export type PriceEntry = z.infer<typeof PriceEntry>;

/** Who buys, where and when: `at` in milliseconds. */
export type PriceContext = { currency: string; channel: string; customerGroup?: string | undefined; at: number };

/** A unit price, and where it is from. Without `list` it is the SKU's own price. */
export type SelectedPrice = { unitPriceMinor: number; minQuantity?: number | undefined; list?: PriceList | undefined };

type PricedSku = { priceMinor: number; currency: string; prices?: readonly PriceEntry[] | undefined };

/**
 * The price of a SKU for a quantity: of the list of the highest priority that has one, else the SKU's own price. Undefined
 * if it has none in this currency.
 */
export function priceOf(
  sku: PricedSku,
  quantity: number,
  context: PriceContext,
  lists: readonly PriceList[],
): SelectedPrice | undefined {
  for (const list of applicable(lists, context)) {
    const entries = (sku.prices ?? []).filter((entry) => entry.listId === list.listId && isDuring(entry, context.at));
    const breaks = entries.flatMap((entry) => entry.breaks).filter(({ minQuantity }) => minQuantity <= quantity);
    const best = breaks.toSorted((a, b) => b.minQuantity - a.minQuantity)[0];
    if (best) return { ...best, list };
  }
  return sku.currency === context.currency ? { unitPriceMinor: sku.priceMinor } : undefined;
}

/** The lists for a context, the highest priority first; of equal priorities the first by id. */
const applicable = (lists: readonly PriceList[], { currency, channel, customerGroup, at }: PriceContext) =>
  lists
    .filter(
      (list) =>
        list.currency === currency &&
        (!list.channels || list.channels.includes(channel)) &&
        (!list.customerGroups || (customerGroup !== undefined && list.customerGroups.includes(customerGroup))) &&
        isDuring({ from: list.validFrom, until: list.validTo }, at),
    )
    .toSorted(byPriority);

/** The list of the highest priority first; of equal priorities the first by id. */
export const byPriority = (a: PriceList, b: PriceList): number =>
  b.priority - a.priority || (a.listId < b.listId ? -1 : 1);

/** Whether a time (milliseconds) is in a period; an absent start or end does not bound it. */
export const isDuring = (
  { from, until }: { from?: string | undefined; until?: string | undefined },
  at: number,
): boolean => (from === undefined || Date.parse(from) <= at) && (until === undefined || at < Date.parse(until));
