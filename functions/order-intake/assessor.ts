import { isContention, patiently } from '../../shared/contention.ts';
import type { Cause } from '../../shared/events/define-event.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { assess } from './assess.ts';
import type { Decide } from './apply.ts';
import type { Outcome } from './change.ts';
import type { ChangeStore } from './change-store.ts';
import type { OrderItem } from './order-item.ts';
import type { RiskPolicy } from './risk.ts';
import { type Counted, countedOf, isAssessed } from './risk-facts.ts';
import type { RiskStore } from './risk-store.ts';
import type { Tally } from './risk-tally.ts';

const patienceMs = 10_000;
const atOnce = 16;

type Stores = { risks: RiskStore; changes: Pick<ChangeStore, 'commit'> };
type Open = { order: OrderItem; cause: Cause; counted: Counted[] };
type Tallies = ReadonlyMap<string, Tally | { error: unknown }>;
/** What went wrong with orders, by id. */
type Failures = Map<string, unknown>;
export type Assessor = ReturnType<typeof assessor>;

/**
 * Assesses those of the orders that are not assessed, or not with all that is known of them now: counts them, scores
 * them, and holds the risky ones or notes the risk. Gives back what failed; no order stops another. Repeating it
 * changes nothing: an order counts once, however often it is counted before its risk is written.
 */
export const assessor =
  ({ risks, changes }: Stores, policy: RiskPolicy) =>
  async (causes: ReadonlyMap<string, Cause>): Promise<Failures> => {
    const failures: Failures = new Map();
    let open = [...causes.keys()];

    const write = async ({ order, cause, counted }: Open, tallies: Tallies): Promise<'done' | 'lost'> => {
      const found = counted.map((value) => ({ ...value, tally: known(tallies, value) }));
      const outcome = assess(order, found, policy, cause.now);
      return outcome.kind === 'noted' ? risks.note(outcome.order) : changes.commit(order, outcome, cause);
    };
    /** Writes what it can; leaves open what others changed meanwhile, and tells of contention when all had their turn. */
    const tryAll = async (): Promise<true | undefined> => {
      const { orders, unreadable } = await risks.read(open);
      for (const orderId of unreadable) failures.set(orderId, new Error('The order cannot be read'));
      const unassessed = orders.flatMap((order) => {
        const cause = causes.get(order.orderId);
        return !cause || isAssessed(order) ? [] : [{ order, cause, counted: countedOf(order, cause.now) }];
      });
      const tallies = await countAll(risks, unassessed);
      open = [];
      const busy: unknown[] = [];
      await inParallel(atOnce, unassessed, async (each) => {
        const { orderId } = each.order;
        try {
          if ((await write(each, tallies)) === 'lost') open.push(orderId);
        } catch (error) {
          if (isContention(error)) busy.push(error, open.push(orderId));
          else failures.set(orderId, error);
        }
      });
      if (busy.length > 0) throw busy[0];
      return open.length === 0 ? true : undefined;
    };

    try {
      await patiently(patienceMs, tryAll);
    } catch (error) {
      for (const orderId of open) failures.set(orderId, error);
    }
    return failures;
  };

/**
 * Does `change` with a decision that is only taken on an assessed order: where it is not, assesses it first and changes
 * it then. Nobody's change in between can slip past it, as the decision looks at the very version that it changes.
 */
export async function onceAssessed<R>(
  assessAll: Assessor,
  { params: { orderId }, cause }: { params: { orderId: string }; cause: Cause },
  change: (assessed: (decide: Decide) => Decide) => Promise<R>,
): Promise<R> {
  const { result } = await patiently(patienceMs, async () => {
    let isKnown = true;
    const assessed = (decide: Decide) => (order: OrderItem) => {
      isKnown = isAssessed(order);
      return isKnown ? decide(order) : nothing(order);
    };
    const result = await change(assessed);
    if (isKnown) return { result };
    const failures = await assessAll(new Map([[orderId, { ...cause, actor: 'storeworks.order-intake' }]]));
    for (const failure of failures.values()) throw failure;
    return undefined;
  });
  return result;
}

const nothing = (order: OrderItem): Outcome => ({ kind: 'already-done', order });

/** Counts each value once for all orders that have it. */
async function countAll(risks: RiskStore, orders: readonly Open[]): Promise<Tallies> {
  const byPartition = Map.groupBy(
    orders.flatMap(({ counted, cause }) => counted.map((value) => ({ value, now: cause.now }))),
    ({ value }) => value.partition,
  );
  const tallies = await inParallel(atOnce, [...byPartition], async ([partition, own]) => {
    const entries = own.flatMap(({ value }) => value.entries);
    const [first] = own;
    const counting = first && risks.count(first.value.kind, partition, entries, first.now);
    const tally = await counting?.catch((error: unknown) => ({ error }));
    return [partition, tally] as const;
  });
  return new Map(tallies.flatMap(([partition, tally]) => (tally ? [[partition, tally]] : [])));
}

function known(tallies: Tallies, { partition }: Counted): Tally {
  const tally = tallies.get(partition);
  if (tally && 'entries' in tally) return tally;
  throw tally?.error ?? new Error('A value of the order was not counted');
}
