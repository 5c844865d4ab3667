import * as z from 'zod';
import { AmountByCurrency } from '../contracts/promotions/definition.ts';
import type { PromotionPolicy, PromotionSet } from '../pricing/promotions/types.ts';

const pricingFields = {
  resolution: z.enum(['priority', 'best-deal']).default('priority').meta({
    description:
      '`priority`: promotions apply in the order of their priority; `best-deal`: all that combine are compared with each that is exclusive on the order, and the smallest total wins. Default: priority',
    example: 'priority',
  }),
  codePolicy: z.enum(['lenient', 'strict']).default('lenient').meta({
    description:
      '`lenient`: an order with a code that does not apply is placed without it; `strict`: it is refused. Default: lenient',
    example: 'lenient',
  }),
  maxOrderDiscountBasisPoints: z.int().min(1).max(10_000).optional().meta({
    description: 'Most discount of an order, in 1/100 percent of its goods at list price. Default: no maximum',
    example: 7000,
  }),
  foldsEmailTags: z.boolean().default(false).meta({
    description:
      'Whether `ada+shop@example.com` is the same customer as `ada@example.com` for limits per customer. Default: false',
    example: false,
  }),
  selfPricingChannels: z
    .array(z.string().min(1).max(128))
    .max(100)
    .optional()
    .meta({
      description: 'Channels that set their prices themselves and get promotions nevertheless. Default: none',
      example: ['marketplace'],
    }),
};

/** How promotions combine, and which of them a second person approves. */
export const PromotionSettings = z.strictObject({
  ...pricingFields,
  approvalAboveMinor: AmountByCurrency.optional().meta({
    description:
      'Budget by currency above which a second person approves a promotion. One without a budget is above it, and so is one with amounts in another currency. Default: no approval is needed',
    example: { GBP: 100_000 },
  }),
});
export type PromotionSettings = z.infer<typeof PromotionSettings>;

/** What prices depend on, in the snapshot for placing. During a deployment, a function may read fields that it does not know. */
export const StoredPromotionPolicy = z.object(pricingFields);
type StoredPromotionPolicy = z.infer<typeof StoredPromotionPolicy>;

export const defaultPromotionSettings: PromotionSettings = {
  resolution: 'priority',
  codePolicy: 'lenient',
  foldsEmailTags: false,
};

/** The promotions of a snapshot as rules of pricing; undefined if the store never had one. `timeZone` is that of the store. */
export const promotionRules = (
  set: PromotionSet | undefined,
  { promotions = defaultPromotionSettings }: { promotions?: StoredPromotionPolicy | undefined } = {},
  { timeZone }: { timeZone: string },
): { set: PromotionSet; policy: PromotionPolicy } | undefined => {
  if (!set) return undefined;
  const { resolution, codePolicy, maxOrderDiscountBasisPoints, foldsEmailTags, selfPricingChannels } = promotions;
  const policy = { resolution, codePolicy, maxOrderDiscountBasisPoints, foldsEmailTags, selfPricingChannels, timeZone };
  return { set, policy };
};
