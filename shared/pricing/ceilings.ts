import type { FieldError } from '../contracts/problem.ts';
import type { SellingPolicy } from '../store.ts';
import type { Invalid } from './sellable.ts';

/** A unit price and its JSON pointer, or its column, in what the caller sent. */
export type SentPrice = { unitPriceMinor: number; pointer: string };
type Policy = Pick<SellingPolicy, 'ceilings'>;

const ceilingsOf = (channel: string, { ceilings }: Policy) =>
  new Map(Object.entries(ceilings?.byChannel ?? {})).get(channel) ?? ceilings;

/** The unit prices above the ceiling of the channel, usually because of a wrong unit or a typing error. */
export function pricesAboveCeiling(channel: string, prices: readonly SentPrice[], policy: Policy): FieldError[] {
  const ceilingMinor = ceilingsOf(channel, policy)?.unitPriceMinor ?? Infinity;
  return prices
    .filter(({ unitPriceMinor }) => unitPriceMinor > ceilingMinor)
    .map(({ pointer }) => ({ pointer, detail: `A unit costs at most ${ceilingMinor} minor units` }));
}

/** An error for each of `pointers`, the members that make the total, if the total is above the ceiling of the channel. */
export function totalAboveCeiling(
  channel: string,
  { totalMinor, pointers }: { totalMinor: number; pointers: readonly string[] },
  policy: Policy,
): FieldError[] {
  const ceilingMinor = ceilingsOf(channel, policy)?.orderMinor ?? Infinity;
  if (totalMinor <= ceilingMinor) return [];
  return pointers.map((pointer) => ({ pointer, detail: `An order has at most ${ceilingMinor} minor units` }));
}

/** The refusal of an order with these errors; undefined without one. */
export function ceilingRefusal(errors: FieldError[]): Invalid | undefined {
  const [first] = errors;
  return first && { kind: 'invalid', type: 'amount-too-large', detail: `${first.detail}.`, errors };
}
