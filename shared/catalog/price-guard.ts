import * as z from 'zod';

/** What happens to a price below the cost with the margin: it is refused, or waits for a second person. */
export const BelowMargin = z.enum(['refuse', 'approve']);

export const MinMargin = z.int().min(0).max(1_000_000);

/** The margin that prices need where no category sets one, as functions get it in one environment variable. */
export const PriceGuard = z.object({
  minMarginBasisPoints: MinMargin.optional(),
  belowMargin: BelowMargin,
  /** Hours in which a second person can approve a price. */
  changeExpiresHours: z.number().positive(),
});
export type PriceGuard = z.infer<typeof PriceGuard>;
