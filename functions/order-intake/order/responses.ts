import {
  type OrderContent,
  type OrderResponse,
  RiskResponse,
  ShipmentResponse,
} from '../../../shared/contracts/orders/routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { isPlacedAs } from '../../../shared/orders/equal-order.ts';
import { heldTotals } from '../../../shared/promotions/promotion-claim.ts';
import { asOf } from './deadlines.ts';
import type { Decision } from './decide.ts';
import type { OrderItem, PlacedOrder } from './order-item.ts';
import type { OrderStore } from './order-store.ts';
import { balanceOf } from './payment.ts';

export const unknownOrder = problem(404, 'not-found', 'There is no such order.');
export const notAChannel = problem(403, 'not-a-channel', 'This client is not a channel that places orders.');

export const locationOf = (orderId: string) => ({ location: `/orders/${orderId}` });

/** The response to an order that was queued and is not decided yet. */
export const acceptedResponse = (orderId: string, headers: Record<string, string> = {}): HttpResponse => ({
  status: 202,
  headers: { ...locationOf(orderId), ...headers },
  body: { orderId, status: 'accepted' },
});

/** The request that a response is for. With it, an order that was placed with equal content is a replay. */
type PlacementRequest = { content: OrderContent; channel: { pricesItself: boolean } };

const replayResponse = (order: PlacedOrder) => placedResponse(200, order, { 'idempotent-replayed': 'true' });

/** The response to a placement. For a replay it reads the order as it was placed, so that the body is the same. */
export async function placementResponse(
  decision: Decision,
  orderId: string,
  orders: Pick<OrderStore, 'placed'>,
  request?: PlacementRequest,
): Promise<HttpResponse> {
  switch (decision.kind) {
    case 'accepted':
      return placedResponse(201, decision.order);
    case 'already-placed':
      return replayResponse(await orders.placed(orderId, decision.placedEventId));
    case 'order-conflict': {
      const { placedEventId } = decision;
      const placed = request && placedEventId !== undefined ? await orders.placed(orderId, placedEventId) : undefined;
      if (request && placed && isPlacedAs(request.content, placed, request.channel)) {
        return replayResponse(placed);
      }
      return problem(
        409,
        'order-conflict',
        'An order with this external id was placed with other content.',
        { orderId },
        locationOf(orderId),
      );
    }
    case 'out-of-stock': {
      const { lines } = decision;
      return problem(409, 'out-of-stock', `There is not enough stock of ${lines.length} SKU(s).`, { lines });
    }
    default: {
      const { type, detail, errors, lines, amounts } = decision;
      return problem(422, type, detail, { errors, ...(lines && { lines }), ...(amounts && { amounts }) });
    }
  }
}

/** The response to an order that is placed: 201 to the request that placed it, 200 to a replay. */
export const placedResponse = (
  status: 200 | 201,
  order: PlacedOrder,
  headers: Record<string, string> = {},
): HttpResponse => ({
  status,
  headers: { ...locationOf(order.orderId), ...headers },
  body: orderBody(order),
});

/** An order as it is now, with its cancelled and shipped units, payments, shipments, customer and addresses. */
export function currentOrderBody(stored: OrderItem, now: number): OrderResponse {
  const order = asOf(stored, now);
  const body = orderBody(order);
  const hasPayments = (order.payments ?? []).length > 0;
  return {
    ...body,
    lines: body.lines.map((line, index) => Object.assign(line, countsOf(order.lines[index]))),
    cancelledMinor: order.cancelledMinor,
    holdReasons: order.holdReasons,
    payment: hasPayments || order.paymentWindowMinutes !== undefined ? balanceOf(order) : undefined,
    promotionClaims: order.promotionClaims?.flatMap(heldTotals),
    shipments: order.shipments?.map((shipment) => ShipmentResponse.parse(shipment)),
    ...detailsOf(order),
  };
}

/** As `currentOrderBody`, with the risk, which the schema keeps for staff. */
export const orderBodyWithRisk = (order: OrderItem, now: number): OrderResponse => ({
  ...currentOrderBody(order, now),
  ...(order.risk && { risk: RiskResponse.parse(order.risk) }),
});

/** For warehouse and service. The response to a placement has none, so that replays of older orders keep their bytes. */
const detailsOf = ({ customer, shippingAddress, billingAddress, shippingMethod, note }: OrderItem) => ({
  customer,
  shippingAddress,
  billingAddress,
  shippingMethod,
  note,
});

const countsOf = (line: OrderItem['lines'][number] | undefined) => ({
  cancelledQuantity: line?.cancelledQuantity,
  shippedQuantity: line?.shippedQuantity,
  refundedQuantity: line?.refundedQuantity,
});

/** Tax by rate, zone and versions; orders before 2026-11-30 have none. */
const pricingOf = ({ taxes, taxZone, pricing }: PlacedOrder | OrderItem) => ({
  ...(taxes && {
    taxes: taxes.map(
      ({ rateId, name, jurisdiction, percentage, kind, reason, taxCategories, taxableMinor, taxMinor }) => ({
        rateId,
        name,
        jurisdiction,
        percentage,
        kind,
        reason,
        taxCategories,
        taxableMinor,
        taxMinor,
      }),
    ),
  }),
  ...(taxZone && { taxZone: { zoneId: taxZone.zoneId, name: taxZone.name, treatment: taxZone.treatment } }),
  ...(pricing && {
    pricing: {
      engine: pricing.engine,
      pricedBy: pricing.pricedBy,
      settingsVersions: {
        taxZones: pricing.settingsVersions.taxZones,
        shippingMethods: pricing.settingsVersions.shippingMethods,
      },
    },
  }),
});

const discountBody = (discount: PlacedOrder['discounts'][number]) => ({
  code: discount.code,
  appliedMinor: discount.appliedMinor,
  reason: discount.reason,
  promotionId: discount.promotionId,
  version: discount.version,
  name: discount.name,
  target: discount.target,
  ...(discount.lines && {
    lines: discount.lines.map(({ lineId, line, amountMinor }) => ({ lineId, line, amountMinor })),
  }),
  trimmed: discount.trimmed,
});

/** The members are in a fixed order, so that the body from the item and from the event are the same bytes. */
const orderBody = (order: PlacedOrder | OrderItem): OrderResponse => ({
  orderId: order.orderId,
  externalOrderId: order.externalOrderId,
  channel: order.channel,
  status: order.status,
  currency: order.currency,
  lines: order.lines.map((line) => ({
    lineId: line.lineId,
    sku: line.sku,
    quantity: line.quantity,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: line.discountMinor,
    taxMinor: line.taxMinor,
    totalMinor: line.totalMinor,
    warehouse: line.warehouse,
    gift: line.gift,
    ...(line.priceList && { priceList: { listId: line.priceList.listId, version: line.priceList.version } }),
  })),
  subtotalMinor: order.subtotalMinor,
  discountMinor: order.discountMinor,
  shippingMinor: order.shippingMinor,
  taxMinor: order.taxMinor,
  taxIncluded: order.taxIncluded,
  ...(order.charges && {
    charges: order.charges.map(({ chargeId, kind, name, amountMinor }) => ({ chargeId, kind, name, amountMinor })),
  }),
  totalMinor: order.totalMinor,
  ...pricingOf(order),
  discounts: order.discounts.map(discountBody),
  reservedUntil: order.reservedUntil,
  placedAt: order.placedAt,
  ...('imported' in order && order.imported && { imported: true }),
  ...(order.exchangeOf && { exchangeOf: { orderId: order.exchangeOf.orderId, refundId: order.exchangeOf.refundId } }),
});
