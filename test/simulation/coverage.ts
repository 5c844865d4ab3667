import type { SimulationResult } from './simulation.ts';

/** Orders from which on a run has every kind of fault and state. */
export const coveringOrders = 45;

/** What a run with faults lacks: without it, its invariants would prove little. */
export function coverageGaps({ state, faults }: Pick<SimulationResult, 'state' | 'faults'>): string[] {
  const lacking = (what: string, wanted: readonly (string | number)[], found: readonly (string | number)[]) =>
    wanted.filter((each) => !found.includes(each)).map((each) => `${what} ${each}`);
  const hasRefusedDelivery = state.observed.deliveries.some(({ isAccepted }) => !isAccepted);
  return [
    ...(faults.size < 8 ? [`eight kinds of faults, but ${faults.size}`] : []),
    ...(state.orders.length <= 10 ? ['more than ten orders'] : []),
    ...(state.ledger.length === 0 ? ['stock movements'] : []),
    ...(hasRefusedDelivery ? [] : ['refused deliveries of webhooks']),
    ...lacking(
      'responses',
      [200, 201, 202, 409],
      state.observed.orders.map(({ status }) => status),
    ),
    ...lacking(
      'orders that are',
      ['completed', 'cancelled', 'expired', 'paid'],
      state.orders.map(({ status }) => status),
    ),
    ...lacking(
      'refunds that are',
      ['paid'],
      state.refunds.map(({ status }) => status),
    ),
  ];
}
