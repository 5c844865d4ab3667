import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { apply } from '../order/apply.ts';
import { endUnpaid } from '../cancellation/cancellation.ts';
import type { ChangeStore } from '../order/change-store.ts';
import type { OrderItem } from '../order/order-item.ts';
import { complete } from '../fulfilment/shipping.ts';

const atOnce = 16;
const perShard = 100;

/** `busy`: ids of those that others kept changing. `isComplete`: nothing is left that was due and can be ended. */
type Swept = { swept: number; busy: string[]; failures: unknown[]; isComplete: boolean };
type Limits = { budgetMs: number; patienceMs?: number; passedOver?: ReadonlySet<string> };

/**
 * Ends what is over by `cause.now`: unpaid orders expire, delivered ones are completed. Goes on until nothing is due, or
 * `budgetMs` is used up; what is left waits for the next sweep, as do orders that others change for `patienceMs`. An order
 * that cannot be ended does not stop the others: the failures are given back. Those `passedOver` are left as they are.
 */
export const sweep =
  (store: ChangeStore) =>
  async (cause: Cause, { budgetMs, patienceMs, passedOver = new Set() }: Limits): Promise<Swept> => {
    const deadline = performance.now() + budgetMs;
    const end = (order: OrderItem) =>
      order.status === 'delivered' ? complete(order, cause.now) : endUnpaid(order, cause.now);
    let swept = 0;
    const busy: string[] = [];
    const failures: unknown[] = [];
    // An index may lag behind what this sweep did: an id that comes again is not looked at again.
    const seen = new Set(passedOver);
    for (;;) {
      const listed = await store.due(cause.now, perShard);
      const ids = listed.filter((id) => !seen.has(id));
      if (ids.length === 0) {
        // A page full of what it did may hide what is behind.
        const stay = failures.length + listed.filter((id) => passedOver.has(id)).length;
        const isWhole = listed.length - stay < perShard;
        return { swept, busy, failures, isComplete: isWhole && busy.length === 0 };
      }
      await inParallel(atOnce, ids, async (id) => {
        seen.add(id);
        try {
          const outcome = await apply(store, id, end, cause, patienceMs);
          // `illegal`: it was ended, by this very attempt or by somebody else.
          if (outcome?.kind === 'changed' || outcome?.kind === 'illegal') swept += 1;
        } catch (error) {
          if (isRetryableError(error)) busy.push(id);
          else failures.push(error);
        }
      });
      if (performance.now() > deadline) return { swept, busy, failures, isComplete: false };
    }
  };
