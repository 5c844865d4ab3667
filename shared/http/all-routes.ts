import { getSku, putSku } from './catalog.ts';
import type { DefinedRoute } from './define-route.ts';
import { getOrderExport, postOrderExport } from './order-exports.ts';
import { editOrder } from './order-edits.ts';
import { allocateOrder, cancelOrder, deliverShipment, postPayment, reviewOrder, shipOrder } from './order-life.ts';
import { placeOrders } from './order-queue.ts';
import { findOrders, getOrder, getTimeline, placeOrder } from './orders.ts';
import { getRefundPolicy, listRefundPolicyVersions, putRefundPolicy } from './refund-policy.ts';
import {
  amendRefund,
  decideRefund,
  findRefunds,
  getRefund,
  getRefundable,
  getRefundTimeline,
  rateRefund,
  requestRefund,
  settleRefund,
  withdrawRefund,
} from './refunds.ts';
import { getReportRun, postReportRun } from './reports.ts';
import { getReturn, receiveReturn } from './returns.ts';
import { getStockAudit, postStockAudit } from './stock-audits.ts';
import { getDocs, getDocsFile, getHealth, getOpenApi } from './root.ts';
import { getLots, getMovements, getStock, postMovements, putAlertLevels } from './stock.ts';
import { getStockRepair, postStockRepair } from './stock-repairs.ts';
import { postStripeEvent } from './stripe-webhook.ts';
import {
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  postWebhookReplay,
  putWebhookEndpoint,
} from './webhooks.ts';

/** Every route that the store serves, by the workflow whose `api.handler.ts` serves it, or by another function's name. */
export const routesByWorkflow = {
  'api-root': [getHealth, getOpenApi, getDocs, getDocsFile],
  catalog: [putSku, getSku],
  'channel-webhooks': [
    putWebhookEndpoint,
    listWebhookEndpoints,
    getWebhookEndpoint,
    deleteWebhookEndpoint,
    listWebhookDeliveries,
    postWebhookReplay,
  ],
  'nightly-metrics': [postReportRun, getReportRun],
  'order-intake': [
    placeOrder,
    placeOrders,
    getOrder,
    getTimeline,
    findOrders,
    editOrder,
    cancelOrder,
    allocateOrder,
    shipOrder,
    deliverShipment,
    reviewOrder,
    postPayment,
    postOrderExport,
    getOrderExport,
  ],
  'refund-approval': [
    getRefundable,
    requestRefund,
    findRefunds,
    getRefund,
    amendRefund,
    getRefundTimeline,
    decideRefund,
    withdrawRefund,
    settleRefund,
    getReturn,
    receiveReturn,
    rateRefund,
    getRefundPolicy,
    putRefundPolicy,
    listRefundPolicyVersions,
  ],
  // Of order-intake too, by a function of its own, as Stripe's library would slow the others' start.
  'stripe-webhook': [postStripeEvent],
  'stock-audit': [postStockAudit, getStockAudit],
  'stock-update': [postMovements, getStock, getMovements, getLots, putAlertLevels, postStockRepair, getStockRepair],
} satisfies Record<string, DefinedRoute[]>;
