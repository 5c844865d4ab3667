import type * as routes from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import type { Decide } from '../order/apply.ts';
import { applyForCaller, changeResponse, type ChangeRequest } from '../order/change-api.ts';
import type { Outcome } from '../order/change.ts';
import { isStale } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { correctDelivery, deliver } from './delivery.ts';
import type { RefundedUnitsStore } from '../../../shared/refunds/refunded-units-store.ts';
import { allocateStock, ship } from './shipping.ts';

const defaultReturnWindowDays = 30;

const notStaff = problem(403, 'not-staff', 'Only staff may correct a delivery.');

/**
 * Runs a change whose decision needs the order's risk: `assessed` wraps the decision so that an order without an
 * assessment is assessed, and possibly held, first. `now` is in milliseconds.
 */
type AssessFirst = (
  now: number,
  change: (assessed: (decide: Decide) => Decide) => Promise<Outcome | undefined>,
) => Promise<Outcome | undefined>;

/** Serves allocation, shipments and deliveries, by the name of the route. */
export function fulfilmentRoutes(
  { orders: store, refunded }: { orders: OrderStore; refunded: Pick<RefundedUnitsStore, 'read'> },
  channels: Channels,
  { returnWindowDays = defaultReturnWindowDays }: Pick<SellingPolicy, 'returnWindowDays'>,
  assessFirst: AssessFirst,
) {
  const changeAssessed = async (
    request: ChangeRequest,
    decide: Decide,
    firstStatus: 200 | 201,
  ): Promise<HttpResponse> => {
    const { now } = request.cause;
    const outcome = await assessFirst(now, (assessed) => applyForCaller(store, channels, request, assessed(decide)));
    return changeResponse(outcome, now, firstStatus);
  };

  return {
    allocateOrder: (request: Request<typeof routes.allocateOrder>) => changeAssessed(request, allocateStock, 200),

    shipOrder: (request: Request<typeof routes.shipOrder>) => {
      const { body, cause } = request;
      const shipUnrefunded: Decide = async (order) => {
        const stored = order.shipments?.find(({ shipmentId }) => shipmentId === body.shipmentId)?.contentHash;
        const { units, unchanged } = await refunded.read(order.orderId);
        const outcome = ship(order, body, canonicalHash(body, { stored }), cause.now, units);
        // Of a shipment and a refund of the same units at the same time, one fails and is decided again.
        return outcome.kind === 'changed' ? { ...outcome, condition: unchanged } : outcome;
      };
      return changeAssessed(request, shipUnrefunded, 201);
    },

    deliverShipment: async (request: Request<typeof routes.deliverShipment>): Promise<HttpResponse> => {
      const { params, body, cause } = request;
      const arrival = { ...body, shipmentId: params.shipmentId, now: cause.now };
      const outcome = await applyForCaller(store, channels, request, (order) =>
        deliver(order, arrival, returnWindowDays),
      );
      return changeResponse(outcome, cause.now, 200);
    },

    correctDelivery: async (request: Request<typeof routes.correctDelivery>): Promise<HttpResponse> => {
      const { params, headers, body, caller, cause } = request;
      if (!ownValue(channels, caller.clientId)?.staff) return notStaff;
      const correction = { ...body, shipmentId: params.shipmentId, now: cause.now };
      const outcome = await applyForCaller(store, channels, request, (order) =>
        isStale(order, headers['if-match']) ? { kind: 'stale' } : correctDelivery(order, correction, returnWindowDays),
      );
      return changeResponse(outcome, cause.now, 200);
    },
  };
}
