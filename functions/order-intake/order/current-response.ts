import { type OrderAnswer, RiskAnswer, ShipmentAnswer } from '../../../shared/contracts/orders/routes.ts';
import { answerOf, type OrderItem } from './order-item.ts';
import { balanceOf, isOverdue, unpaidEndOf } from './payment.ts';
import type { Sight } from './sight.ts';

/** The order as it counts at this time: a hold that is over has ended, swept or not. */
export const asOf = (order: OrderItem, now: number): OrderItem =>
  isOverdue(order, now) ? { ...order, status: unpaidEndOf(order) } : order;

/** An order as it is now: what was ordered, and what became of it where something did. */
export function currentAnswer(stored: OrderItem, now: number): OrderAnswer {
  const order = asOf(stored, now);
  const answer = answerOf(order);
  const hasPayments = (order.payments ?? []).length > 0;
  return {
    ...answer,
    lines: answer.lines.map((line, index) => Object.assign(line, countsOf(order.lines[index]))),
    cancelledMinor: order.cancelledMinor,
    holdReasons: order.holdReasons,
    payment: hasPayments || order.paymentWindowMinutes !== undefined ? balanceOf(order) : undefined,
    shipments: order.shipments?.map((shipment) => ShipmentAnswer.parse(shipment)),
  };
}

/** The order as a caller may see it by itself: its risk is the store's own matter, and no channel's. */
export const answerFor = ({ onlyChannel }: Sight, order: OrderItem, now: number): OrderAnswer => ({
  ...currentAnswer(order, now),
  ...(onlyChannel === undefined && order.risk && { risk: RiskAnswer.parse(order.risk) }),
});

const countsOf = (line: OrderItem['lines'][number] | undefined) => ({
  cancelledQuantity: line?.cancelledQuantity,
  shippedQuantity: line?.shippedQuantity,
});
