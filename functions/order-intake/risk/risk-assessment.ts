import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { type Assessment, mustStoreRisk, scoreOrders } from './score-orders.ts';
import type { Decide } from '../order/apply.ts';
import type { Change } from '../order/change.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { RiskPolicy } from './risk-score.ts';
import { purchaseEntriesOf, counterEntriesOf, hasRiskRelevantPayments, isAssessed } from './risk-inputs.ts';
import type { RiskStore } from './risk-store.ts';

/** Most orders have three counters, so the counters of a group usually fit one transaction. */
const ordersPerGroup = Math.floor(maxActionsPerTransaction / 3);
/** Half of the 20 s that a function runs. */
const defaultRetryBudgetMs = 10_000;
/** Version conflicts of a group are rare. A group that fails is split into halves, which are retried. */
const groupRetryBudgetMs = 1000;
const concurrentHolds = 16;

/** `actor` of risk holds. */
export const riskActor = 'storeworks.order-intake';

type Stores = { risks: RiskStore; changes: Pick<OrderStore, 'commit'> };
/** The event that triggers an assessment. `isPlaced`: the order was placed or imported, not paid or shipped. */
export type AssessmentTrigger = Cause & { isPlaced: boolean };
/** Errors by order id. */
type Failures = Map<string, unknown>;

/**
 * Counts and scores orders. Idempotent: an order is counted once.
 * @default retryBudgetMs 10 seconds, for a single order
 */
export function createRiskAssessment(
  { risks, changes }: Stores,
  policy: RiskPolicy,
  retryBudgetMs = defaultRetryBudgetMs,
) {
  const scoreAgainstCounters = async (toScore: readonly OrderItem[], others: readonly OrderItem[], now: number) => {
    const withValues = toScore.map((order) => ({ order, values: counterEntriesOf(order) }));
    const purchases = others.flatMap(purchaseEntriesOf);
    const partitions = new Set(
      [...withValues.flatMap(({ values }) => values), ...purchases].map(({ partition }) => partition),
    );
    return scoreOrders(withValues, purchases, await risks.counters([...partitions]), policy, now);
  };

  /** Assesses a group of orders. `again`: ids with a version conflict; `unreadable`: ids whose item cannot be parsed. */
  const assessGroup = async (
    orderIds: readonly string[],
    triggers: ReadonlyMap<string, AssessmentTrigger>,
    now: number,
  ): Promise<{ again: readonly string[]; unreadable: string[] }> => {
    const { orders, unreadable } = await risks.orders(orderIds);
    const isUnscored = (order: OrderItem) =>
      !isAssessed(order) && (triggers.get(order.orderId)?.isPlaced || hasRiskRelevantPayments(order));
    const { unscored = [], others = [] } = Object.groupBy(orders, (order) =>
      isUnscored(order) ? 'unscored' : 'others',
    );
    const { scored, updates } = await scoreAgainstCounters(unscored, others, now);
    const toStore = scored.flatMap(({ order, assessment }) =>
      assessment.kind === 'not-held' && mustStoreRisk(order, assessment.order) ? [assessment.order] : [],
    );
    if (updates.length + toStore.length > maxActionsPerTransaction) {
      const halves = await inParallel(1, halvesOf(orderIds), (half) => assessGroup(half, triggers, now));
      return { again: halves.flatMap(({ again }) => again), unreadable };
    }
    if ((await risks.write(updates, toStore, now)) === 'version-conflict') return { again: orderIds, unreadable };
    // After counting: a held order is assessed and would not be counted by a retry.
    const conflicts = await inParallel(concurrentHolds, scored, async ({ order, assessment }) => {
      const trigger = triggers.get(order.orderId);
      if (assessment.kind === 'not-held' || !trigger) return [];
      return (await changes.commit(order, assessment, trigger)) === 'version-conflict' ? [order.orderId] : [];
    });
    return { again: conflicts.flat(), unreadable };
  };

  return {
    /** Assesses orders that have no score or changed risk inputs. One order's failure does not stop the others. */
    async assessAll(triggers: ReadonlyMap<string, AssessmentTrigger>, now: number): Promise<Failures> {
      const failures: Failures = new Map();
      const assessTogether = async (orderIds: readonly string[]) => {
        const isAlone = orderIds.length === 1;
        let remaining = orderIds;
        const attempt = async () => {
          const { again, unreadable } = await assessGroup(remaining, triggers, now);
          for (const orderId of unreadable) failures.set(orderId, new Error('The order cannot be read'));
          remaining = again;
          return remaining.length === 0 ? true : undefined;
        };
        try {
          await retryOnConflict(isAlone ? retryBudgetMs : groupRetryBudgetMs, attempt);
        } catch (error) {
          if (isAlone) for (const orderId of remaining) failures.set(orderId, error);
          else await Promise.all(halvesOf(remaining).map(assessTogether));
        }
      };
      const ids = [...triggers.keys()];
      for (let first = 0; first < ids.length; first += ordersPerGroup) {
        await assessTogether(ids.slice(first, first + ordersPerGroup));
      }
      return failures;
    },

    /** Counts and scores one order; the caller writes the result with its own change. */
    assessOne: (order: OrderItem, now: number): Promise<Assessment> =>
      retryOnConflict(retryBudgetMs, async () => {
        const { scored, updates } = await scoreAgainstCounters([order], [], now);
        return (await risks.write(updates, [], now)) === 'done' ? scored[0]?.assessment : undefined;
      }),
  };
}
export type RiskAssessment = ReturnType<typeof createRiskAssessment>;

const halvesOf = <T>(items: readonly T[]) => [
  items.slice(0, Math.ceil(items.length / 2)),
  items.slice(Math.ceil(items.length / 2)),
];

/**
 * Runs `change` with a decision that assesses the order first and writes the risk with the change, so that it sees the
 * version that it changes. An order that the assessment holds is decided again, as held. `now` is in milliseconds.
 */
export async function assessFirst<R>(
  { assessOne }: Pick<RiskAssessment, 'assessOne'>,
  now: number,
  change: (assessed: (decide: Decide) => Decide) => Promise<R>,
): Promise<R> {
  let isHeld = false;
  const assessed =
    (decide: Decide): Decide =>
    async (order) => {
      const assessment = isAssessed(order) ? { kind: 'not-held' as const, order } : await assessOne(order, now);
      isHeld = assessment.kind === 'changed';
      return assessment.kind === 'changed' ? asRiskActor(assessment) : decide(assessment.order);
    };
  const result = await change(assessed);
  return isHeld ? change(assessed) : result;
}

/** Replaces the actor of the events: the caller asked for another change. */
const asRiskActor = (change: Change): Change => ({
  ...change,
  events: change.events.map((draft) => (cause) => draft({ ...cause, actor: riskActor })),
});
