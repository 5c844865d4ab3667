import * as z from 'zod';
import type { Scope } from './access/scopes.ts';

/**
 * A machine that calls the store's HTTP interface. A client that places orders is a channel of the same name; it sees
 * its own orders only, unless it is staff.
 */
export type Client = {
  scopes: readonly Scope[];
  pricesItself?: true;
  staff?: true;
  /** How long an order of this channel waits for its payment before it gives its stock back; without it, it never does. */
  paymentWindowMinutes?: number;
};

/** The clients that may place orders, by client id; handed to functions as one environment variable. */
export const Channels = z.record(
  z.string(),
  z.object({
    channel: z.string(),
    pricesItself: z.boolean(),
    staff: z.boolean(),
    paymentWindowMinutes: z.number().positive().optional(),
  }),
);
export type Channels = z.infer<typeof Channels>;

/** Every client that may place orders, as `Channels`. */
export const channelsOf = (clients: Record<string, Client>): Channels =>
  Object.fromEntries(
    Object.entries(clients)
      .filter(([, { scopes }]) => scopes.includes('orders.write'))
      .map(([name, { pricesItself = false, staff = false, paymentWindowMinutes }]) => [
        name,
        { channel: name, pricesItself, staff, ...(paymentWindowMinutes && { paymentWindowMinutes }) },
      ]),
  );

const BasisPoints = z.int().min(0).max(10_000);

/** How orders are priced and sold; handed to functions as one environment variable, so that a store changes it in one place. */
export const SellingPolicy = z.object({
  /** IANA zone whose midnights bound the business days. */
  timeZone: z.string(),
  /** Whether prices contain tax. */
  taxIncluded: z.boolean(),
  /** Basis points (1/100 of a percent) by tax category of the SKU; an unknown category is taxed as `standard`. */
  taxBasisPoints: z.object({ standard: BasisPoints }).catchall(BasisPoints),
  /** Price by method; the first is the default. Taxed as `standard`. */
  shippingMethods: z.array(z.object({ method: z.string(), priceMinor: z.int().nonnegative() })).min(1),
  /** Warehouses in the order in which they are preferred; others come after them by name. */
  warehousePreference: z.array(z.string()),
  /** Days after the last delivery in which goods may come back; then an order is completed. 30 unless told. */
  returnWindowDays: z.number().positive().optional(),
  /** How long a dearer replacement of returned goods waits for the difference. A week unless told. */
  exchangePaymentMinutes: z.number().positive().optional(),
});
export type SellingPolicy = z.infer<typeof SellingPolicy>;
