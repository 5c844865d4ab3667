import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** A promotion as case files write it: the members of definition, discount and schedule side by side. */
const CasePromotion = z.looseObject({
  id: z.string(),
  code: z.string().optional(),
  codes: z.array(z.string()).optional(),
  paused: z.boolean().optional(),
  start: z.string().optional(),
  end: z.string().optional(),
  zone: z.string().optional(),
  rrule: z.string().optional(),
  recurs: z.looseObject({ from: z.string().optional(), to: z.string().optional() }).optional(),
});
export type CasePromotion = z.infer<typeof CasePromotion>;

const CaseStore = z.object({
  currency: z.string(),
  exponent: z.number().optional(),
  taxIncluded: z.boolean(),
  taxBasisPoints: z.record(z.string(), z.number()),
  timeZone: z.string(),
  shippingMethods: z.array(z.object({ method: z.string(), priceMinor: z.number() })),
  resolution: z.enum(['priority', 'best-deal']),
  codePolicy: z.enum(['lenient', 'strict']).optional(),
  maxOrderDiscountBasisPoints: z.number().optional(),
});

const CaseSku = z.object({
  priceMinor: z.number(),
  taxCategory: z.string(),
  category: z.string().optional(),
  product: z.string().optional(),
  attributes: z.record(z.string(), z.array(z.string())).optional(),
  groupPriceMinor: z.record(z.string(), z.number()).optional(),
  floorMinor: z.number().optional(),
});

const CaseLine = z.object({ lineId: z.string(), sku: z.string(), quantity: z.number() });

const CaseCart = z.object({
  lines: z.array(CaseLine),
  couponCodes: z.array(z.string()).optional(),
  customer: z
    .object({ id: z.string().optional(), email: z.string().optional(), groups: z.array(z.string()).optional() })
    .optional(),
  channel: z.string().optional(),
  country: z.string().optional(),
  shippingMethod: z.string().optional(),
  paymentMethod: z.string().optional(),
  isFirstOrder: z.boolean().optional(),
  at: z.string().optional(),
  resolution: z.enum(['priority', 'best-deal']).optional(),
  overrides: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  stock: z.record(z.string(), z.number()).optional(),
  /** Budget that was used before. */
  spent: z.number().optional(),
  /** Units at a discount that were sold before. */
  units: z.number().optional(),
  /** Uses before, of the promotion and of the customer. */
  uses: z.number().optional(),
  customerUses: z.number().optional(),
});
export type CaseCart = z.infer<typeof CaseCart>;

const Amounts = z.record(z.string(), z.number());
const ExpectedCart = z.object({
  lines: z.array(
    z.object({
      lineId: z.string(),
      discountMinor: z.number(),
      taxMinor: z.number(),
      totalMinor: z.number(),
      discounts: Amounts,
    }),
  ),
  subtotalMinor: z.number(),
  discountMinor: z.number(),
  shippingMinor: z.number(),
  taxMinor: z.number(),
  totalMinor: z.number(),
  applied: Amounts,
  notApplied: z.record(
    z.string(),
    z.object({ reason: z.string(), missingMinor: z.number().optional(), missingUnits: z.number().optional() }),
  ),
  codes: z.array(z.object({ code: z.string(), outcome: z.string() })).optional(),
  shippingDiscounts: Amounts.optional(),
  trimmed: z.record(z.string(), z.string()).optional(),
  claims: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  /** Warnings of saving the promotions; quotes do not have them. */
  validation: z.array(z.unknown()).optional(),
});
export type ExpectedCart = z.infer<typeof ExpectedCart>;
const ExpectedRefusal = z.object({
  refusal: z.object({
    status: z.number(),
    type: z.string(),
    lines: z.array(z.object({ sku: z.string(), requested: z.number(), available: z.number() })).optional(),
    pointers: z.array(z.string()).optional(),
  }),
});

const CaseQuote = z.object({
  name: z.string().optional(),
  cart: CaseCart,
  expect: z.union([ExpectedRefusal, ExpectedCart]),
});
export type CaseQuote = z.infer<typeof CaseQuote>;

const PromotionCase = z.object({
  id: z.string(),
  title: z.string(),
  store: CaseStore,
  catalog: z.record(z.string(), CaseSku),
  /** From the top to each category. */
  categoryPaths: z.record(z.string(), z.array(z.string())).optional(),
  promotions: z.array(CasePromotion),
  quotes: z.array(CaseQuote).default([]),
  instants: z.array(z.object({ promotion: z.string(), at: z.string(), active: z.boolean() })).default([]),
  /** Orders, cancellations, refunds and races, which need the running system. */
  steps: z.array(z.looseObject({ do: z.string() })).default([]),
});
export type PromotionCase = z.infer<typeof PromotionCase>;

/** Reads a file of worked cases of promotions. */
export const readCases = (path: string): PromotionCase[] =>
  z.object({ cases: z.array(PromotionCase) }).parse(JSON.parse(readFileSync(path, 'utf8'))).cases;
