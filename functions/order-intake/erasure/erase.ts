import assert from 'node:assert';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { OrderPersonalDataErased } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { personalFieldsOf, withoutPersonal } from '../../../shared/contracts/personal-data.ts';
import { contentHash } from '../../../shared/ids.ts';
import { changed, draftEvent, eventData, illegal, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { OrderItem } from '../order/order-item.ts';

export type Reason = DataOf<typeof OrderPersonalDataErased>['reason'];

const fields = personalFieldsOf(OrderItem);

/** Erases the personal data of an order that has ended. Before, the store needs it to ship and to refund. */
export function erase(order: OrderItem, reason: Reason): Outcome {
  assert(fields, 'An order has personal fields');
  const status = next(order.status, 'erase');
  if (!status) return illegal(order, 'erased');
  const erased = OrderItem.parse(withoutPersonal(order, fields));
  if (contentHash(erased) === contentHash(order)) return { kind: 'already-done', order };
  const item = { ...erased, status, version: order.version + 1 };
  return changed(item, [draftEvent(OrderPersonalDataErased, { ...eventData(item), reason })]);
}
