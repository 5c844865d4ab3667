import { readPricedOffer } from '../../shared/catalog/offer-store.ts';
import { readTaxZones } from '../../shared/settings/priced-settings-store.ts';
import { correctOrder, editOrder } from '../../shared/contracts/orders/edit-routes.ts';
import * as exportRoutes from '../../shared/contracts/orders/export-routes.ts';
import * as life from '../../shared/contracts/orders/life-cycle-routes.ts';
import { getPickList } from '../../shared/contracts/orders/pick-list-routes.ts';
import { placeOrders } from '../../shared/contracts/orders/queue-routes.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { createRefundedUnitsStore } from '../../shared/refunds/refunded-units-store.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { currentReasons, currentWarehouseCodes, withCurrent } from '../../shared/settings/current-settings-store.ts';
import { expiryCutoff } from '../../shared/stock/lot.ts';
import { cancellation } from './cancellation/cancellation-api.ts';
import { correction } from './contact/contact-api.ts';
import { editing } from './editing/edit-api.ts';
import { Env } from './env.ts';
import { getExport, requestExport } from './export/export-api.ts';
import { createExportStore } from './export/export-store.ts';
import { fulfilmentRoutes } from './fulfilment/fulfilment-api.ts';
import { createHoldExpiry, oncePerSecond } from './order/hold-expiry-job.ts';
import { createOrderStore } from './order/order-store.ts';
import { duplicateDecision } from './payments/duplicate-api.ts';
import { receivePayment } from './payments/payments-api.ts';
import { verifySignature } from './payments/webhook-signature.ts';
import { pickList } from './picking/pick-list-api.ts';
import { createPickListStore } from './picking/pick-list-store.ts';
import { queueOrders } from './queue/queue-api.ts';
import { createIntakeStore } from './queue/intake-store.ts';
import { createOrderQueue } from './queue/order-queue.ts';
import { review } from './risk/review-api.ts';
import { assessFirst, createRiskAssessment } from './risk/risk-assessment.ts';
import { createRiskStore } from './risk/risk-store.ts';
import { findOrders, getTimeline } from './search/search-api.ts';
import { createSearchStore } from './search/search-store.ts';

// `jitless`: zod would compile a parser, which takes longer than this one parse.
const {
  CHANNELS: channels,
  SELLING: policy,
  WAREHOUSE_CODES,
  RISK,
  WEBHOOK_SECRET_ARNS,
  CURSOR_SECRET_ARN,
  EXPORTS_AT_ONCE,
  ORDER_QUEUE_URL,
  DAYS_BEFORE_EXPIRY,
  ...tables
} = Env.parse(process.env, { jitless: true });
const { ORDER_TABLE_NAME } = tables;
const db = openDatabase();
const orders = createOrderStore(db, tables, policy.timeZone);
const intakes = createIntakeStore(db, ORDER_TABLE_NAME);
const exports = createExportStore(db, tables);
const search = createSearchStore(db, ORDER_TABLE_NAME, policy.timeZone);
const picks = createPickListStore(db, tables);
const risks = createRiskStore(db, tables, RISK.windowMinutes);
const warehouseCodes = currentWarehouseCodes(db, tables, WAREHOUSE_CODES);
const reasons = currentReasons(db, tables, 'cancellation');

const cursors = createCursors(secretReader(CURSOR_SECRET_ARN));
const queue = createOrderQueue(ORDER_QUEUE_URL);
const expireHolds = oncePerSecond(createHoldExpiry(orders));
const assessment = createRiskAssessment({ risks, changes: orders }, RISK);
const refunded = createRefundedUnitsStore(db, tables);
const webhookSecrets = new Map(
  Object.entries(WEBHOOK_SECRET_ARNS).map(([provider, arn]) => [provider, secretReader(arn)]),
);
const fulfilment = fulfilmentRoutes({ orders, refunded }, channels, policy, (now, change) =>
  assessFirst(assessment, now, change),
);

/** All routes of orders except those of `placement.handler.ts`. */
export const handler = httpHandlerForChannels(
  channels,
  on(placeOrders, queueOrders({ orders, intakes }, queue, channels)),
  on(routes.getTimeline, getTimeline(orders, cursors, channels)),
  on(
    routes.findOrders,
    withCurrent(warehouseCodes, (warehouses) =>
      findOrders({ orders, search, cursors }, { channels, warehouses, timeZone: policy.timeZone }),
    ),
  ),
  on(
    getPickList,
    withCurrent(warehouseCodes, (warehouses) =>
      pickList(
        { orders, refunded, picks, cursors },
        { channels, warehouses, cutoffAt: expiryCutoff({ TIME_ZONE: policy.timeZone, DAYS_BEFORE_EXPIRY }) },
      ),
    ),
  ),
  on(
    editOrder,
    editing(
      orders,
      { offerOf: readPricedOffer(db, tables), zonesOf: readTaxZones(db, tables) },
      channels,
      policy,
      expireHolds,
    ),
  ),
  on(correctOrder, correction(orders, channels)),
  on(
    life.cancelOrder,
    withCurrent(reasons, (known) => cancellation(orders, channels, known)),
  ),
  on(life.allocateOrder, fulfilment.allocateOrder),
  on(life.shipOrder, fulfilment.shipOrder),
  on(life.deliverShipment, fulfilment.deliverShipment),
  on(life.correctDelivery, fulfilment.correctDelivery),
  on(life.reviewOrder, review(orders, channels)),
  on(life.postPayment, receivePayment(orders), verifySignature(webhookSecrets)),
  on(life.decideDuplicatePayment, duplicateDecision(orders, channels)),
  on(exportRoutes.postOrderExport, requestExport(exports, channels, EXPORTS_AT_ONCE)),
  on(exportRoutes.getOrderExport, getExport(exports, channels)),
);
