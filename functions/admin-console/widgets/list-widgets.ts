import * as z from 'zod';
import type { OperatedWorkflow, OperationRequest } from '../../../shared/contracts/admin-console/operation.ts';
import { findOrders } from '../../../shared/contracts/orders/routes.ts';
import { listPromotions } from '../../../shared/contracts/promotions/routes.ts';
import { findRefunds } from '../../../shared/contracts/refunds/routes.ts';
import { listAlerts } from '../../../shared/contracts/stock/alert-routes.ts';
import { type Html, html } from '../../../shared/html.ts';
import { amount, type Page, shownTime, table } from './page.ts';

/** A widget that shows one page of a list of a workflow. */
export type ListWidget = {
  workflow: OperatedWorkflow;
  request: OperationRequest;
  show: (body: unknown, page: Page) => Html;
};

const limit = '20';
const Cursor = { cursor: z.string().optional() };

/** What widgets show of the lists; the contracts say what more there is. */
const HeldOrders = z.object({
  orders: z.array(
    z.object({
      orderId: z.string(),
      totalMinor: z.number(),
      currency: z.string(),
      placedAt: z.string(),
      holdReasons: z.array(z.string()).optional(),
    }),
  ),
  ...Cursor,
});
const Alerts = z.object({
  alerts: z.array(z.object({ sku: z.string(), kind: z.string(), available: z.number(), raisedAt: z.string() })),
  ...Cursor,
});
const Refunds = z.object({
  refunds: z.array(
    z.object({
      refundId: z.string(),
      orderId: z.string(),
      amountMinor: z.number(),
      currency: z.string(),
      deadlineAt: z.string().optional(),
    }),
  ),
  ...Cursor,
});
const Promotions = z.object({
  promotions: z.array(z.object({ promotionId: z.string(), state: z.string(), nextEndAt: z.string().optional() })),
  ...Cursor,
});

const more = (page: Page, cursor: string | undefined) =>
  cursor === undefined ? undefined : html`<p>${page.text('more')}</p>`;

export const listWidgets: Readonly<Record<string, ListWidget>> = {
  'stock-alerts': {
    workflow: 'stock-update',
    request: { route: listAlerts, query: { status: 'open', limit } },
    show: (body, page) => {
      const { alerts, cursor } = Alerts.parse(body);
      const rows = alerts.map(({ sku, kind, available, raisedAt }) => [sku, kind, available, shownTime(raisedAt)]);
      const audit = page.buttons('audit', [{ label: 'auditStock', press: { operation: 'audit-stock', inputs: {} } }]);
      return html`${table(page, ['sku', 'kind', 'available', 'since'], rows)}${more(page, cursor)}${audit}`;
    },
  },
  'held-orders': {
    workflow: 'order-intake',
    request: { route: findOrders, query: { status: 'on-hold', limit } },
    show: (body, page) => {
      const { orders, cursor } = HeldOrders.parse(body);
      const rows = orders.map(({ orderId, totalMinor, currency, placedAt, holdReasons = [] }) => [
        orderId,
        amount(page, totalMinor, currency),
        holdReasons.join(', '),
        shownTime(placedAt),
        page.buttons(
          orderId,
          (['release', 'reject'] as const).map((decision) => ({
            label: decision,
            press: { operation: 'review-order', inputs: { OrderId: orderId, Decision: decision } },
            field: { input: 'Reason', label: 'reason' as const },
          })),
        ),
      ]);
      return html`${table(page, ['order', 'amount', 'reasons', 'since'], rows)}${more(page, cursor)}`;
    },
  },
  refunds: {
    workflow: 'refund-approval',
    request: { route: findRefunds, query: { status: 'pending-approval', limit } },
    show: (body, page) => {
      const { refunds, cursor } = Refunds.parse(body);
      const rows = refunds.map(({ refundId, orderId, amountMinor, currency, deadlineAt }) => [
        refundId,
        orderId,
        amount(page, amountMinor, currency),
        shownTime(deadlineAt),
        page.documentLink('decide', 'decide-refund', { RefundId: refundId }),
      ]);
      return html`${table(page, ['refund', 'order', 'amount', 'deadline'], rows)}${more(page, cursor)}`;
    },
  },
  promotions: {
    workflow: 'promotion-scheduling',
    request: { route: listPromotions, query: { status: 'active', limit } },
    show: (body, page) => {
      const { promotions, cursor } = Promotions.parse(body);
      const rows = promotions.map(({ promotionId, nextEndAt }) => [
        promotionId,
        shownTime(nextEndAt),
        page.buttons(
          promotionId,
          (['pause', 'end'] as const).map((action) => ({
            label: action,
            press: { operation: 'change-promotion', inputs: { PromotionId: promotionId, Action: action } },
            field: { input: 'Comment', label: 'comment' as const },
          })),
        ),
      ]);
      return html`${table(page, ['promotion', 'ends'], rows)}${more(page, cursor)}`;
    },
  },
};
