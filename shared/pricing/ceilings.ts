import type { FieldError } from '../contracts/problem.ts';
import type { SellingPolicy } from '../store.ts';
import type { Invalid } from './sellable.ts';

/** Why an order exceeds the ceilings of its channel, usually because of a wrong unit or a typing error; undefined if it does not. */
export function ceilingRefusal(
  channel: string,
  lines: readonly { unitPriceMinor: number }[],
  totalMinor: number,
  { ceilings }: Pick<SellingPolicy, 'ceilings'>,
): Invalid | undefined {
  if (!ceilings) return undefined;
  const { unitPriceMinor, orderMinor } = new Map(Object.entries(ceilings.byChannel ?? {})).get(channel) ?? ceilings;
  const errors = lines.flatMap((line, index): FieldError[] =>
    line.unitPriceMinor > unitPriceMinor
      ? [{ pointer: `/lines/${index}/unitPriceMinor`, detail: `A unit costs at most ${unitPriceMinor} minor units` }]
      : [],
  );
  if (totalMinor > orderMinor)
    errors.push({ pointer: '/lines', detail: `An order has at most ${orderMinor} minor units` });
  const [first] = errors;
  return first && { kind: 'invalid', type: 'amount-too-large', detail: `${first.detail}.`, errors };
}
