import assert from 'node:assert';
import * as z from 'zod';
import type { Scope } from './access/scopes.ts';
import type { ReturnAddress } from './contracts/refunds/return-routes.ts';
import { invalidValueText } from './contracts/problem.ts';
import type { WarehouseAddress, WarehouseResponse } from './contracts/stock/level-routes.ts';
import { Warehouse } from './names.ts';

/** A client of the HTTP API. A client with `orders.write` is a channel of the same name; only staff see other channels. */
export type Client = {
  scopes: readonly Scope[];
  pricesItself?: true;
  /** Whether the prices of this channel contain tax. @default as the tax zone, else as the store sells */
  taxIncluded?: boolean;
  staff?: true;
  /** Time to pay an order of this channel before it expires. @default orders do not expire */
  paymentWindowMinutes?: number;
  /** Days in the past that `placedAt` of an order of this channel may be. @default 30 */
  maxOrderAgeDays?: number;
  /** Queued orders of this channel that are not decided. @default that of `quotas` */
  maxQueuedOrders?: number;
  /** Requests per second, also orders of batches, that each sandbox of a function serves of this client. @default that of `quotas` */
  requestsPerSecond?: number;
};

/** Days in the past that `placedAt` may be, unless the channel has its own limit. */
export const defaultMaxOrderAgeDays = 30;

/** What the placement of an order depends on, also of one that was queued before. */
export const PlacingChannel = z.object({
  channel: z.string(),
  pricesItself: z.boolean(),
  taxIncluded: z.boolean().optional(),
  paymentWindowMinutes: z.number().positive().optional(),
  maxOrderAgeDays: z.number().positive().optional(),
});
export type PlacingChannel = z.infer<typeof PlacingChannel>;

/** The channels by client id, as functions get them in one environment variable. */
export const Channels = z.record(
  z.string(),
  PlacingChannel.extend({ staff: z.boolean(), maxQueuedOrders: z.int().positive().optional() }),
);
export type Channels = z.infer<typeof Channels>;

/** The channels among the clients. `queuedOrders` is the quota of those without their own. */
export const channelsOf = (clients: Record<string, Client>, { queuedOrders }: { queuedOrders: number }): Channels =>
  Object.fromEntries(
    Object.entries(clients)
      .filter(([, { scopes }]) => scopes.includes('orders.write'))
      .map(([name, client]) => {
        const { pricesItself = false, taxIncluded, staff = false, paymentWindowMinutes, maxOrderAgeDays } = client;
        return [
          name,
          {
            channel: name,
            pricesItself,
            ...(taxIncluded !== undefined && { taxIncluded }),
            staff,
            maxQueuedOrders: client.maxQueuedOrders ?? queuedOrders,
            ...(paymentWindowMinutes && { paymentWindowMinutes }),
            ...(maxOrderAgeDays && { maxOrderAgeDays }),
          },
        ];
      }),
  );

/** Who sells, as functions get it in one environment variable. */
export const Seller = z.object({
  name: z.string(),
  address: z.object({ line1: z.string(), city: z.string(), postalCode: z.string(), country: z.string() }),
  vatNumber: z.string(),
});
export type Seller = z.infer<typeof Seller>;

/** The names of the channels, each once: a department enters orders into the channel of its name. */
export const channelNames = (channels: Channels): string[] => [
  ...new Set(Object.values(channels).map(({ channel }) => channel)),
];

/** Days in the past that `placedAt` of an order of any channel may be. */
export const longestOrderAgeDays = (channels: Channels): number =>
  Math.max(...Object.values(channels).map(({ maxOrderAgeDays = defaultMaxOrderAgeDays }) => maxOrderAgeDays));

const BasisPoints = z.int().min(0).max(10_000);

/** Largest amounts of an order, in minor units of its currency. */
const Ceilings = z.object({ unitPriceMinor: z.int().positive(), orderMinor: z.int().positive() });

/** How orders are priced and sold, as functions get it in one environment variable. */
export const SellingPolicy = z.object({
  /** IANA time zone of the business days. */
  timeZone: z.string(),
  /** Whether prices contain tax. */
  taxIncluded: z.boolean(),
  /** Basis points (1/100 of a percent) by tax category of the SKU; `standard` also applies to unknown categories. */
  taxBasisPoints: z.object({ standard: BasisPoints }).catchall(BasisPoints),
  /** By method; the first is the default. Taxed as `standard`. `priceMinor` applies to currencies without a price. */
  shippingMethods: z
    .array(
      z.object({
        method: z.string(),
        prices: z.record(z.string(), z.int().nonnegative()).optional(),
        priceMinor: z.int().nonnegative().optional(),
      }),
    )
    .min(1),
  /** Warehouses by preference; all others follow by name. */
  warehousePreference: z.array(z.string()),
  /** A larger order is 422 `amount-too-large`. @default 10^12 minor units */
  ceilings: Ceilings.extend({ byChannel: z.record(z.string(), Ceilings).optional() }).optional(),
  /** Days after the last delivery for returns; then an order is completed. @default 30 */
  returnWindowDays: z.number().positive().optional(),
  /** Minutes to pay the difference for a replacement of a higher price. @default a week */
  exchangePaymentMinutes: z.number().positive().optional(),
});
export type SellingPolicy = z.infer<typeof SellingPolicy>;

/** A warehouse of the settings. Keep a closed warehouse as long as its stock, orders or files are used. */
export type WarehouseSetting = { name: string; address?: WarehouseAddress };

/** The warehouses of the settings, the preferred ones first. Throws if another setting names an unknown one. */
export function warehousesOf({
  selling: { warehousePreference },
  warehouses,
  returnAddresses,
}: {
  selling: Pick<SellingPolicy, 'warehousePreference'>;
  warehouses: Record<string, WarehouseSetting>;
  returnAddresses: Record<string, ReturnAddress>;
}): WarehouseResponse[] {
  const known = new Map(Object.entries(warehouses));
  const addresses = new Map(Object.entries(returnAddresses));
  for (const warehouse of [...warehousePreference, ...addresses.keys()]) {
    assert(known.has(warehouse), `The settings name ${warehouse}, which is not one of their warehouses`);
  }
  return [...new Set([...warehousePreference, ...known.keys()])].map((warehouse) => {
    const setting = known.get(warehouse);
    return {
      warehouse,
      name: setting?.name,
      address: setting?.address,
      returnAddress: addresses.get(warehouse),
    };
  });
}

/** The codes of the warehouses, as functions get them in one environment variable. */
export const WarehouseCodes = z.array(Warehouse).min(1);
export type WarehouseCodes = z.infer<typeof WarehouseCodes>;

/** What is wrong with a warehouse that the settings do not have; undefined if they have it. */
export const warehouseProblem = (warehouse: string, known: WarehouseCodes): string | undefined =>
  known.includes(warehouse) ? undefined : invalidValueText(warehouse, known);
