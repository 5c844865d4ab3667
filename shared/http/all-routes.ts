import { getSku, putSku } from './catalog.ts';
import type { DefinedRoute } from './define-route.ts';
import { getOrderExport, postOrderExport } from './order-exports.ts';
import { findOrders, getOrder, getTimeline, placeOrder } from './orders.ts';
import { getReportRun, postReportRun } from './reports.ts';
import { getDocs, getDocsFile, getHealth, getOpenApi } from './root.ts';
import { getMovements, getStock, postMovements } from './stock.ts';
import {
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  postWebhookReplay,
  putWebhookEndpoint,
} from './webhooks.ts';

/** Every route that the store serves, by the workflow whose `api.handler.ts` serves it. */
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
  'order-intake': [placeOrder, getOrder, getTimeline, findOrders, postOrderExport, getOrderExport],
  'stock-update': [postMovements, getStock, getMovements],
} satisfies Record<string, DefinedRoute[]>;
