import type { SimulationResult } from './simulation.ts';

type Run = { seed: number; orders: number; mutant?: string | undefined };
type Violations = SimulationResult['violations'];

const shownPerInvariant = 5;

/** The violated invariants and the command that repeats the run. */
export const failureText = ({ seed, orders, mutant }: Run, violations: Violations): string =>
  [
    `Seed ${seed} breaks ${violations.length} invariant(s):`,
    ...violations.flatMap(({ name, violations: sentences }) => [
      `  ${name}`,
      ...sentences.slice(0, shownPerInvariant).map((sentence) => `    ${sentence}`),
      ...(sentences.length > shownPerInvariant ? [`    and ${sentences.length - shownPerInvariant} more`] : []),
    ]),
    `To repeat: npm run simulate -- --seed ${seed} --orders ${orders}${mutant ? ` --mutant ${mutant}` : ''}`,
  ].join('\n');

/** The number of items of each kind. */
const countsOf = <T>(items: readonly T[], kindOf: (item: T) => string) =>
  [...Map.groupBy(items, kindOf)].map(([kind, own]) => [kind, own.length] as const);

/** A run's workload, faults and results, in one line for each subject. */
export function summaryOf({ state, faults, faultSeconds, seconds, aheadMs }: SimulationResult): string {
  const { observed, lake, committed } = state;
  const { retries, unanswered } = observed.counts();
  const list = (counts: Iterable<readonly [string, number]>) =>
    [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  return [
    `  orders    ${state.orders.length} stored; responses: ${list(countsOf(observed.orders, ({ status, type }) => `${status || 'none'} ${type}`.trim()))}`,
    `  statuses  ${list(countsOf(state.orders, ({ status }) => status))}`,
    `  commands  ${list(countsOf(observed.payments, ({ result, status }) => result || String(status)))}; ${list(
      countsOf(observed.commands, ({ what, status }) => `${what.replace(/\/.*\//, ' ')} ${status || 'none'}`),
    )}`,
    `  refunds   ${list(countsOf(state.refunds, ({ status }) => status))}; ${list(
      countsOf(observed.refunds, ({ what, status, type }) => `${what} ${status || 'none'} ${type}`.trim()),
    )}; provider refunds: ${list(countsOf(state.ledger, ({ status }) => status))}`,
    `  channels  ${observed.deliveries.length} webhook messages, ${observed.deliveries.filter(({ isAccepted }) => isAccepted).length} accepted`,
    `  callers   ${retries} retries, ${unanswered} requests without a final response`,
    `  faults    ${list(faults)}`,
    `  events    ${committed.length} committed, ${lake.length} copies in the lake`,
    `  time      ${faultSeconds.toFixed(1)} s in the faults phase, ${seconds.toFixed(1)} s in total; clock moved ${(aheadMs / 3_600_000).toFixed(1)} hours`,
  ].join('\n');
}
