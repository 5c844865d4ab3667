import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { type Assessment, isWorthNoting, weigh } from './assess.ts';
import type { Decide } from '../order/apply.ts';
import type { Change } from '../order/change.ts';
import type { ChangeStore } from '../order/change-store.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { RiskPolicy } from './risk.ts';
import { boughtOf, countedOf, hasTellingPayments, isAssessed } from './risk-facts.ts';
import type { RiskStore } from './risk-store.ts';

/** Most orders have three values, so that the tallies of so many fit one transaction. */
const ordersAtOnce = Math.floor(maxActionsPerTransaction / 3);
const patienceMs = 10_000;
/** Others are seldom in the way of a group; what keeps one from being written, its halves find out. */
const groupPatienceMs = 1000;
const atOnce = 16;

/** Who holds orders for their risk. */
export const riskActor = 'storeworks.order-intake';

type Stores = { risks: RiskStore; changes: Pick<ChangeStore, 'commit'> };
/** Why an order is to be assessed: it is placed, or else was paid or not, or shipped. */
export type Occasion = Cause & { isPlaced: boolean };
/** What went wrong with orders, by id. */
type Failures = Map<string, unknown>;

/** Counts orders and judges by what was found. An order counts once, however often it is counted: repeating changes nothing. */
export function assessor({ risks, changes }: Stores, policy: RiskPolicy) {
  const weighed = async (open: readonly OrderItem[], others: readonly OrderItem[], now: number) => {
    const counted = open.map((order) => ({ order, counted: countedOf(order) }));
    const bought = others.flatMap(boughtOf);
    const partitions = new Set(
      [...counted.flatMap((each) => each.counted), ...bought].map(({ partition }) => partition),
    );
    return weigh(counted, bought, await risks.tallies([...partitions]), policy, now);
  };

  /** Assesses a group of orders, and tells which are to be assessed again, as others changed them, or cannot be read. */
  const assessGroup = async (
    orderIds: readonly string[],
    occasions: ReadonlyMap<string, Occasion>,
    now: number,
  ): Promise<{ again: readonly string[]; unreadable: string[] }> => {
    const { orders, unreadable } = await risks.read(orderIds);
    const isOpen = (order: OrderItem) =>
      !isAssessed(order) && (occasions.get(order.orderId)?.isPlaced || hasTellingPayments(order));
    const { open = [], others = [] } = Object.groupBy(orders, (order) => (isOpen(order) ? 'open' : 'others'));
    const { judged, countings } = await weighed(open, others, now);
    const noted = judged.flatMap(({ order, assessment }) =>
      assessment.kind === 'noted' && isWorthNoting(order, assessment.order) ? [assessment.order] : [],
    );
    if (countings.length + noted.length > maxActionsPerTransaction) {
      const halves = await inParallel(1, halvesOf(orderIds), (half) => assessGroup(half, occasions, now));
      return { again: halves.flatMap(({ again }) => again), unreadable };
    }
    if ((await risks.write(countings, noted, now)) === 'version-conflict') return { again: orderIds, unreadable };
    // Only when they are counted: one that is held is assessed, and is not looked at again.
    const lost = await inParallel(atOnce, judged, async ({ order, assessment }) => {
      const occasion = occasions.get(order.orderId);
      if (assessment.kind === 'noted' || !occasion) return [];
      return (await changes.commit(order, assessment, occasion)) === 'version-conflict' ? [order.orderId] : [];
    });
    return { again: lost.flat(), unreadable };
  };

  return {
    /**
     * Assesses those of the orders that are not assessed, or not with all that is known of them now: holds the risky ones,
     * and notes the risk where there is any. Gives back what failed; no order stops another.
     */
    async assessAll(occasions: ReadonlyMap<string, Occasion>, now: number): Promise<Failures> {
      const failures: Failures = new Map();
      const assessTogether = async (orderIds: readonly string[]) => {
        const isAlone = orderIds.length === 1;
        let open = orderIds;
        const attempt = async () => {
          const { again, unreadable } = await assessGroup(open, occasions, now);
          for (const orderId of unreadable) failures.set(orderId, new Error('The order cannot be read'));
          open = again;
          return open.length === 0 ? true : undefined;
        };
        try {
          await retryOnConflict(isAlone ? patienceMs : groupPatienceMs, attempt);
        } catch (error) {
          if (isAlone) for (const orderId of open) failures.set(orderId, error);
          else await Promise.all(halvesOf(open).map(assessTogether));
        }
      };
      const ids = [...occasions.keys()];
      for (let first = 0; first < ids.length; first += ordersAtOnce) {
        await assessTogether(ids.slice(first, first + ordersAtOnce));
      }
      return failures;
    },

    /** Counts one order and judges it. What follows is written with what the caller changes. */
    judge: (order: OrderItem, now: number): Promise<Assessment> =>
      retryOnConflict(patienceMs, async () => {
        const { judged, countings } = await weighed([order], [], now);
        return (await risks.write(countings, [], now)) === 'done' ? judged[0]?.assessment : undefined;
      }),
  };
}
export type Assessor = ReturnType<typeof assessor>;

const halvesOf = <T>(items: readonly T[]) => [
  items.slice(0, Math.ceil(items.length / 2)),
  items.slice(Math.ceil(items.length / 2)),
];

/**
 * Does `change` with a decision that is only taken on an assessed order: where it is not, it is assessed first, and its
 * risk written with the change. Nobody's change in between can slip past it, as the decision looks at the very version
 * that it changes. `now` is in milliseconds.
 */
export async function onceAssessed<R>(
  { judge }: Pick<Assessor, 'judge'>,
  now: number,
  change: (assessed: (decide: Decide) => Decide) => Promise<R>,
): Promise<R> {
  let isHeld = false;
  const assessed =
    (decide: Decide): Decide =>
    async (order) => {
      const assessment = isAssessed(order) ? { kind: 'noted' as const, order } : await judge(order, now);
      isHeld = assessment.kind === 'changed';
      return assessment.kind === 'changed' ? byItself(assessment) : decide(assessment.order);
    };
  const result = await change(assessed);
  // It is on hold now, and that decides.
  return isHeld ? change(assessed) : result;
}

/** The change, whose events say that we made it, and not whoever asked for another one. */
const byItself = (change: Change): Change => ({
  ...change,
  events: change.events.map((tell) => (cause) => tell({ ...cause, actor: riskActor })),
});
