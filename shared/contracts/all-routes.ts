import { getSku, putSku } from './catalog/routes.ts';
import type { DefinedRoute } from './define-route.ts';
import { getOrderExport, postOrderExport } from './orders/export-routes.ts';
import { editOrder } from './orders/edit-routes.ts';
import {
  allocateOrder,
  cancelOrder,
  deliverShipment,
  postPayment,
  reviewOrder,
  shipOrder,
} from './orders/life-cycle-routes.ts';
import { placeOrders } from './orders/queue-routes.ts';
import { findOrders, getOrder, getTimeline, placeOrder } from './orders/routes.ts';
import { getRefundPolicy, listRefundPolicyVersions, putRefundPolicy } from './refunds/policy-routes.ts';
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
} from './refunds/routes.ts';
import { getReportRun, postReportRun } from './reports/routes.ts';
import { getReturn, receiveReturn } from './refunds/return-routes.ts';
import { getStockAudit, postStockAudit } from './stock-audit/routes.ts';
import { getDocs, getDocsFile, getHealth, getOpenApi } from './api-root/routes.ts';
import { getLots, getMovements, getStock, postMovements, putAlertLevels } from './stock/routes.ts';
import { getStockRepair, postStockRepair } from './stock/repair-routes.ts';
import { postStripeEvent } from './orders/stripe-routes.ts';
import {
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  postWebhookReplay,
  putWebhookEndpoint,
} from './webhooks/routes.ts';

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
