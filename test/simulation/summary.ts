import type { SimulationResult } from './simulation.ts';

type Run = { seed: number; orders: number; broken?: string | undefined };
type Breaches = SimulationResult['violations'];

const shownPerInvariant = 5;

/** What does not hold, and how to see it again. */
export const failureText = ({ seed, orders, broken }: Run, violations: Breaches): string =>
  [
    `Seed ${seed} breaks ${violations.length} invariant(s):`,
    ...violations.flatMap(({ name, violations: sentences }) => [
      `  ${name}`,
      ...sentences.slice(0, shownPerInvariant).map((sentence) => `    ${sentence}`),
      ...(sentences.length > shownPerInvariant ? [`    and ${sentences.length - shownPerInvariant} more`] : []),
    ]),
    `Again: npm run simulate -- --seed ${seed} --orders ${orders}${broken ? ` --broken ${broken}` : ''}`,
  ].join('\n');

/** How many there are of each kind. */
const countsOf = <T>(items: readonly T[], kindOf: (item: T) => string) =>
  [...Map.groupBy(items, kindOf)].map(([kind, own]) => [kind, own.length] as const);

/** What happened in a run, in a few lines. */
export function summaryOf({ state, faults, faultSeconds, seconds, aheadMs }: SimulationResult): string {
  const { observed, lake, committed } = state;
  const { retries, unanswered } = observed.numbers();
  const list = (counts: Iterable<readonly [string, number]>) =>
    [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  return [
    `  orders    ${state.orders.length} accepted; answers: ${list(countsOf(observed.orders, ({ status, type }) => `${status || 'none'} ${type}`.trim()))}`,
    `  became    ${list(countsOf(state.orders, ({ status }) => status))}`,
    `  told      ${list(countsOf(observed.payments, ({ told, status }) => told || String(status)))}; ${list(
      countsOf(observed.commands, ({ what, status }) => `${what.replace(/\/.*\//, ' ')} ${status || 'none'}`),
    )}`,
    `  refunds   ${list(countsOf(state.refunds, ({ status }) => status))}; ${list(
      countsOf(observed.refunds, ({ what, status, type }) => `${what} ${status || 'none'} ${type}`.trim()),
    )}; the provider made ${list(countsOf(state.ledger, ({ status }) => status))}`,
    `  channels  ${observed.deliveries.length} webhooks, ${observed.deliveries.filter(({ isTaken }) => isTaken).length} taken`,
    `  callers   ${retries} calls repeated after a failure, ${unanswered} never answered`,
    `  faults    ${list(faults)}`,
    `  events    ${committed.length} committed, ${lake.length} lines in the lake`,
    `  time      ${faultSeconds.toFixed(1)} s of storm, ${seconds.toFixed(1)} s in all; the clock was moved ${(aheadMs / 3_600_000).toFixed(1)} hours ahead`,
  ].join('\n');
}
