import * as z from 'zod';

/** Amounts in minor units. `list` is the price before discounts; all are without tax except `tax`. */
const Line = z.object({
  lineId: z.string(),
  sku: z.string(),
  quantity: z.int().positive(),
  list: z.int(),
  discount: z.int(),
  tax: z.int(),
  /** The account of its tax; absent if the tax belongs to several rates of the order. */
  rate: z.string().optional(),
  /** Indexes of the rates of the order that apply to it; absent for an event without the tax categories of its rates. */
  taxedAt: z.array(z.int()).optional(),
});
export type Line = z.infer<typeof Line>;

/** A line as an event has it, with the prices that the customer saw. */
const SoldLine = z.object({
  lineId: z.string(),
  sku: z.string(),
  quantity: z.int().positive(),
  unitPriceMinor: z.int(),
  discountMinor: z.int(),
  taxMinor: z.int(),
  taxCategory: z.string().optional(),
});
export type SoldLine = z.infer<typeof SoldLine>;

/** A rate of the order: its account, and the tax that it had when the order was placed. */
const Rate = z.object({
  rate: z.string(),
  percentage: z.string().optional(),
  kind: z.string().optional(),
  tax: z.int(),
  /** The part of `tax` that was for shipping; absent if it is not known. */
  shippingTax: z.int().optional(),
  /** The part of the shipping without tax at this rate; absent if it is not known. */
  shippingBase: z.int().optional(),
});
export type Rate = z.infer<typeof Rate>;

const Refunded = z.object({ pot: z.string(), amount: z.int(), tax: z.int(), quantity: z.int() });
const Units = z.array(z.tuple([z.string(), z.int().positive()]));

/** The id of the event, and its business time in milliseconds. */
const event = { id: z.string(), at: z.number(), text: z.string() };
const fact = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), ...event, ...shape });

/** What an event says about the accounts of one order. */
export const OrderFact = z.discriminatedUnion('kind', [
  fact('placed', {
    currency: z.string(),
    taxIncluded: z.boolean(),
    lines: z.array(Line),
    rates: z.array(Rate),
    shipping: z.int(),
    taxMinor: z.int(),
    charges: z.array(z.object({ chargeId: z.string(), amount: z.int() })),
    /** Paid by goods that were returned, of another order. */
    exchangeCredit: z.int(),
    /** Where the goods go: a country, or a state of the United States (`US-CA`). Absent in states before 2026-12-01. */
    place: z.string().optional(),
    /** Why no tax is due. */
    relief: z.enum(['export', 'reverse-charge', 'exemption']).optional(),
    /** An order of a former system: it was sold, shipped and paid in the books of that system. */
    isImported: z.boolean().optional(),
  }),
  fact('edited', {
    version: z.int(),
    lines: z.array(z.object({ before: z.string().optional(), after: SoldLine.optional() })),
    shipping: z.int(),
    taxMinor: z.int(),
  }),
  fact('cancelled', { version: z.int(), units: Units, refundId: z.string().optional() }),
  fact('expired', { version: z.int() }),
  fact('captured', { provider: z.string(), currency: z.string(), amount: z.int() }),
  fact('disputed', {
    provider: z.string(),
    currency: z.string(),
    dispute: z.string(),
    state: z.enum(['opened', 'won', 'lost']),
    amount: z.int(),
  }),
  fact('refunded', {
    by: z.enum(['payment', 'store-credit', 'exchange']),
    /** Of a payment. */
    provider: z.string().optional(),
    currency: z.string(),
    refundId: z.string(),
    /** -1 for a payout that the provider returned. */
    sign: z.union([z.literal(1), z.literal(-1)]),
    pots: z.array(Refunded),
  }),
  fact('paid-twice', { provider: z.string(), currency: z.string(), amount: z.int() }),
  fact('shipped', { units: Units }),
  /** Posts the cost of units of a shipment; a large shipment has several. */
  fact('costed', { units: Units }),
  fact('restocked', { units: z.array(z.tuple([z.string(), z.int().positive(), z.enum(['restock', 'damaged'])])) }),
]);
export type OrderFact = z.infer<typeof OrderFact>;
export type FactOf<K extends OrderFact['kind']> = Extract<OrderFact, { kind: K }>;

/** Units of a line that left inventory with their cost, and those that came back. */
const LineCost = z.object({ units: z.int(), cost: z.int(), returned: z.int() });

/** What the ledger knows about an order. `waiting`: facts that need the placement, or are posted next. */
export const OrderState = z.object({
  facts: z.array(OrderFact),
  waiting: z.array(OrderFact),
  costs: z.record(z.string(), LineCost),
});
export type OrderState = z.infer<typeof OrderState>;

export const newOrder: OrderState = { facts: [], waiting: [], costs: {} };

export const isOf =
  <K extends OrderFact['kind']>(kind: K) =>
  (each: OrderFact): each is FactOf<K> =>
    each.kind === kind;

/** By time, then by event id, so that every order of arrival gives one sequence. */
export const inTime = (a: { at: number; id: string }, b: { at: number; id: string }): number =>
  a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The placement of an order: of several, that with the lowest event id. The others are quarantined. */
export const placementOf = (facts: readonly OrderFact[]): FactOf<'placed'> | undefined =>
  facts.filter(isOf('placed')).toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
