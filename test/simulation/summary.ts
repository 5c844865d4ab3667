import type { SimulationResult } from './simulation.ts';

type Run = { seed: number; orders: number; broken?: string | undefined };
type Breaches = SimulationResult['breaches'];

const shownPerInvariant = 5;

/** What does not hold, and how to see it again. */
export const failureText = ({ seed, orders, broken }: Run, breaches: Breaches): string =>
  [
    `Seed ${seed} breaks ${breaches.length} invariant(s):`,
    ...breaches.flatMap(({ name, breaches: sentences }) => [
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
export function summaryOf({ facts, faults, stormSeconds, seconds, aheadMs }: SimulationResult): string {
  const { witness, lake, committed } = facts;
  const { retries, unanswered } = witness.numbers();
  const list = (counts: Iterable<readonly [string, number]>) =>
    [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  return [
    `  orders    ${facts.orders.length} accepted; answers: ${list(countsOf(witness.orders, ({ status, type }) => `${status || 'none'} ${type}`.trim()))}`,
    `  became    ${list(countsOf(facts.orders, ({ status }) => status))}`,
    `  told      ${list(countsOf(witness.payments, ({ told, status }) => told || String(status)))}; ${list(
      countsOf(witness.commands, ({ what, status }) => `${what.replace(/\/.*\//, ' ')} ${status || 'none'}`),
    )}`,
    `  refunds   ${list(countsOf(facts.refunds, ({ status }) => status))}; ${list(
      countsOf(witness.refunds, ({ what, status, type }) => `${what} ${status || 'none'} ${type}`.trim()),
    )}; the provider made ${list(countsOf(facts.ledger, ({ status }) => status))}`,
    `  channels  ${witness.deliveries.length} webhooks, ${witness.deliveries.filter(({ isTaken }) => isTaken).length} taken`,
    `  callers   ${retries} calls repeated after a failure, ${unanswered} never answered`,
    `  faults    ${list(faults)}`,
    `  events    ${committed.length} committed, ${lake.length} lines in the lake`,
    `  time      ${stormSeconds.toFixed(1)} s of storm, ${seconds.toFixed(1)} s in all; the clock was moved ${(aheadMs / 3_600_000).toFixed(1)} hours ahead`,
  ].join('\n');
}
