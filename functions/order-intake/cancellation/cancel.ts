import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { Cancellation } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { unknownReason } from '../../../shared/settings/reason-lists.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { illegal, tooManyUnits, unknownLines, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { allOpenUnits, selectUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

/**
 * Cancels the order, or units of its lines, once per request id. A repeated request keeps its response when its reason has
 * left the list of `reasons`.
 */
export function cancel(
  order: OrderItem,
  { requestId, reason, lines }: Cancellation,
  contentHash: string,
  reasons?: readonly string[],
): Outcome {
  const earlier = order.cancellations?.find((cancellation) => cancellation.requestId === requestId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier) {
    return {
      kind: 'conflict',
      type: 'cancellation-conflict',
      detail: 'This request id was used for another cancellation.',
    };
  }
  const errors = unknownReason(reason, reasons);
  if (errors.length > 0) return invalidReason(errors);
  const selected = lines ? selectUnits(order, lines) : { units: allOpenUnits(order) };
  if ('invalid' in selected) return unknownLines(selected.invalid);
  if (!next(order.status, lines ? 'cancel-lines' : 'cancel')) {
    return next(order.status, 'cancel-lines') ? onlyInPart(order) : illegal(order, 'cancelled');
  }
  if ('short' in selected) return tooManyUnits(order, selected.short);
  return cancelUnits(order, selected.units, { requestId, reason, contentHash });
}

const invalidReason = (errors: FieldError[]): Outcome => ({
  kind: 'invalid',
  type: 'invalid-content',
  detail: 'The reason is none of the store’s list.',
  errors,
});

/** Refuses to cancel the whole of a partly shipped order, and names the units that can be cancelled. */
const onlyInPart = (order: OrderItem): Outcome => {
  const cancellableLines = allOpenUnits(order).map(({ lineId, quantity }) => ({ lineId, quantity }));
  return {
    kind: 'conflict',
    type: 'illegal-transition',
    detail: `An order that is ${order.status} can be cancelled in part only: send \`cancellableLines\` as \`lines\`.`,
    extension: { currentStatus: order.status, cancellableLines },
  };
};
