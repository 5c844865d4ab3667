import * as z from 'zod';

/**
 * Units of an order that a refund pays back and that were not shipped when it was requested. `remaining`: the units of the
 * line then, without those that were cancelled for other reasons.
 */
export const UnshippedUnits = z.object({
  lineId: z.string(),
  quantity: z.int().positive(),
  remaining: z.int().nonnegative().optional(),
});
export type UnshippedUnits = z.infer<typeof UnshippedUnits>;

/** The same units in the refund ledger of their order, by refund. */
export const RefundedUnits = UnshippedUnits.extend({ refundId: z.string() });
export type RefundedUnits = z.infer<typeof RefundedUnits>;

/** Key of the refund ledger of an order, or of its ledger in another `currency` than the order's. */
export const ledgerKey = (orderId: string, currency?: string) => ({
  pk: `ORDER#${orderId}`,
  sk: currency === undefined ? 'ACCOUNT' : `ACCOUNT#${currency}`,
});

/**
 * The units that must not be shipped: those of refunds that are requested or approved and whose units are not cancelled
 * yet. The cancellation of a refund's units has the refund's id.
 */
export const blockedUnits = (
  units: readonly RefundedUnits[],
  cancellations: readonly { requestId: string }[] = [],
): RefundedUnits[] => units.filter(({ refundId }) => !cancellations.some(({ requestId }) => requestId === refundId));

/** The units of a line without those that were cancelled for other reasons than a refund. */
export const remainingUnits = ({
  quantity,
  cancelledQuantity = 0,
  refundedQuantity = 0,
}: {
  quantity: number;
  cancelledQuantity?: number | undefined;
  refundedQuantity?: number | undefined;
}): number => quantity - cancelledQuantity + refundedQuantity;

/** How many of a refund's units staff cancelled or edited away since its request: any such units are taken to be the same. */
export const goneUnits = (
  { quantity, remaining }: UnshippedUnits,
  line: Parameters<typeof remainingUnits>[0],
): number => {
  const left = remainingUnits(line);
  return Math.min(quantity, Math.max(0, (remaining ?? left) - left));
};

/** The number of units of a line. */
export const unitsOfLine = (units: readonly UnshippedUnits[], lineId: string): number =>
  units.reduce((sum, unit) => (unit.lineId === lineId ? sum + unit.quantity : sum), 0);
