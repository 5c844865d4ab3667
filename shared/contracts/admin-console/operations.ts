import { postOrderExport } from '../orders/export-routes.ts';
import { reviewOrder } from '../orders/life-cycle-routes.ts';
import { endPromotion, pausePromotion, resumePromotion } from '../promotions/routes.ts';
import { postInsightsRun } from '../insights/routes.ts';
import { decideRefund } from '../refunds/routes.ts';
import { maxRangeDays, postReportRun } from '../reports/routes.ts';
import { postStockAudit } from '../stock-audit/routes.ts';
import { postStockRepair } from '../stock/repair-routes.ts';
import { postWebhookSecretRotation } from '../webhooks/change-routes.ts';
import { postWebhookReplay } from '../webhooks/delivery-routes.ts';
import type { Operation, OperationInput, OperationInputs } from './operation.ts';

const text = (description: string, example: string, pattern: string): OperationInput => ({
  type: 'String',
  description,
  example,
  pattern,
});
const day = (description: string) => text(description, '2026-11-29', '[0-9]{4}-[0-9]{2}-[0-9]{2}');
const instant = (description: string) =>
  text(
    description,
    '2026-11-29T00:00:00Z',
    '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})',
  );
/** One line of text. The characters of SSM's own placeholders, `{{ }}`, are not valid. */
const line = (description: string, example: string, length: number) =>
  text(description, example, `[^\\x00-\\x1f{}]{1,${length}}`);
const segment = (description: string, example: string) => text(description, example, '[A-Za-z0-9][A-Za-z0-9._-]{0,63}');

const force: OperationInput = {
  type: 'Boolean',
  description:
    'Also compare every stored file with the one that is built: equal files get no new version, missing or damaged ones are written again',
  example: 'false',
  default: 'false',
};

const endpoint = {
  Channel: segment('Channel of the endpoint', 'storefront'),
  EndpointId: text('Id of the endpoint', 'orders-to-erp', '[A-Za-z0-9][A-Za-z0-9_-]{0,63}'),
};
const ofEndpoint = ({ EndpointId = '', Channel = '' }: OperationInputs) => ({
  params: { endpointId: EndpointId },
  query: { channel: Channel },
});
const promotionActions = { pause: pausePromotion, end: endPromotion, resume: resumePromotion };

/** Every operation of the AWS console. */
export const operations: readonly Operation[] = [
  {
    kind: 'requests',
    name: 'run-reports',
    title: "Run a day's reports again",
    description:
      'Builds the reports of a business day again, also when the day has reports: the result is a new version only if a figure changed, or, with Force, a file.',
    workflow: 'nightly-metrics',
    inputs: { Date: day('Business day of the reports'), Force: force },
    needsApproval: false,
    routes: [postReportRun],
    requests: ({ Date: date, Force: forced }) => [{ route: postReportRun, body: { date, force: forced === 'true' } }],
  },
  {
    kind: 'requests',
    name: 'back-fill-reports',
    title: 'Back-fill the reports of a range of days',
    description: `Builds the reports of every business day of a range again, at most ${maxRangeDays} days, two at a time. GET /reports/runs/{runId} shows the progress.`,
    workflow: 'nightly-metrics',
    inputs: { From: day('First business day'), To: day('Last business day'), Force: force },
    needsApproval: false,
    routes: [postReportRun],
    requests: ({ From: from, To: to, Force: forced }) => [
      { route: postReportRun, body: { from, to, force: forced === 'true' } },
    ],
  },
  {
    kind: 'requests',
    name: 'run-insights',
    title: "Compute a day's insights again",
    description:
      'Computes forecasts, segments, associations and classes of a business day again: the result is a new version only if a figure changed, or, with Force, a file.',
    workflow: 'insights',
    inputs: { Date: day('Last business day of the history'), Force: force },
    needsApproval: false,
    routes: [postInsightsRun],
    requests: ({ Date: date, Force: forced }) => [{ route: postInsightsRun, body: { date, force: forced === 'true' } }],
  },
  {
    kind: 'requests',
    name: 'audit-stock',
    title: 'Audit all stock',
    description: 'Compares the counters of all stock with the ledger and the open orders. It changes nothing.',
    workflow: 'stock-audit',
    inputs: {},
    needsApproval: false,
    routes: [postStockAudit],
    requests: () => [{ route: postStockAudit }],
  },
  {
    kind: 'requests',
    name: 'repair-stock',
    title: "Repair an audit's differences",
    description: 'Corrects the counters that a completed audit found wrong. A second person approves it.',
    workflow: 'stock-update',
    inputs: {
      AuditId: segment('Id of the audit', 'nightly-2026-11-29'),
      Reason: line('Why the counters are changed, for the ledger', 'Difference of audit nightly-2026-11-29', 200),
    },
    needsApproval: true,
    routes: [postStockRepair],
    requests: ({ AuditId: auditId = '', Reason: reason }, repairId) => [
      { route: postStockRepair, params: { auditId }, body: { repairId, reason } },
    ],
  },
  {
    kind: 'redrive',
    name: 'redrive-dead-letters',
    title: 'Redrive a dead-letter queue',
    description:
      'Moves the failed messages of a dead-letter queue back to their queue, to be processed again. Repair the cause first.',
    inputs: {
      QueueName: text(
        'Name of the dead-letter queue',
        'Storeworks-OrderIntake-QueuedOrdersDeadLetters',
        'Storeworks-[A-Za-z0-9-]{1,69}',
      ),
    },
    needsApproval: false,
  },
  {
    kind: 'requests',
    name: 'decide-refund',
    title: 'Decide a refund',
    description:
      'Approves or rejects a refund for your department. The policy of refunds says how many persons of which departments must approve it; nobody approves their own request.',
    workflow: 'refund-approval',
    inputs: {
      RefundId: text('Id of the refund', 'ref_01kb9zq4y8t4v7c0m3j5r6n8px', 'ref_[0-9a-z]{26}'),
      Decision: { type: 'String', description: 'The decision', example: 'approve', values: ['approve', 'reject'] },
      Comment: line('Comment for the colleagues', 'Agreed with the customer by phone', 500),
    },
    needsApproval: false,
    routes: [decideRefund],
    requests: ({ RefundId: refundId = '', Decision: decision, Comment: comment }) => [
      { route: decideRefund, params: { refundId }, body: { decision, comment } },
    ],
  },
  {
    kind: 'requests',
    name: 'change-promotion',
    title: 'Pause, resume or end a promotion',
    description: 'Changes the state of a promotion. A promotion that was ended cannot be resumed.',
    workflow: 'promotion-scheduling',
    inputs: {
      PromotionId: segment('Id of the promotion', 'spring-sale'),
      Action: {
        type: 'String',
        description: 'What is done',
        example: 'pause',
        values: ['pause', 'end', 'resume'],
      },
      Comment: line('Comment for the colleagues, in the history', 'Out of stock at the supplier', 500),
    },
    needsApproval: false,
    routes: Object.values(promotionActions),
    requests: ({ PromotionId: promotionId = '', Action: action, Comment: comment }) => {
      const route = Object.entries(promotionActions).find(([name]) => name === action)?.[1] ?? pausePromotion;
      return [{ route, params: { promotionId }, body: { comment } }];
    },
  },
  {
    kind: 'requests',
    name: 'review-order',
    title: 'Release or reject a held order',
    description:
      'Releases an order that is on hold, or rejects it: a rejected order is cancelled and its stock released.',
    workflow: 'order-intake',
    inputs: {
      OrderId: text('Id of the order', 'ord_01kb9zq4y8t4v7c0m3j5r6n8px', 'ord_[0-9a-z]{26}'),
      Decision: { type: 'String', description: 'The decision', example: 'release', values: ['release', 'reject'] },
      Reason: line('Why the order is released or rejected', 'Customer is known', 500),
    },
    needsApproval: false,
    routes: [reviewOrder],
    requests: ({ OrderId: orderId = '', Decision: decision, Reason: reason }) => [
      { route: reviewOrder, params: { orderId }, body: { decision, reason } },
    ],
  },
  {
    kind: 'requests',
    name: 'replay-webhooks',
    title: "Replay a channel's webhooks",
    description:
      "Delivers the order events of a period again to a channel's endpoint: the dead deliveries, or all. The result has a cursor if more are left: start it again with a later period.",
    workflow: 'channel-webhooks',
    inputs: {
      ...endpoint,
      From: instant('Start of the period (inclusive), by the time of the event'),
      To: instant('End of the period (exclusive)'),
      IncludeDelivered: {
        type: 'Boolean',
        description: 'Also deliver again what the endpoint accepted',
        example: 'false',
        default: 'false',
      },
    },
    needsApproval: false,
    routes: [postWebhookReplay],
    requests: (inputs) => {
      const { From: from, To: to, IncludeDelivered: included } = inputs;
      return [
        { route: postWebhookReplay, ...ofEndpoint(inputs), body: { from, to, includeDelivered: included === 'true' } },
      ];
    },
  },
  {
    kind: 'requests',
    name: 'export-orders',
    title: 'Export orders',
    description: 'Writes the orders of a range of business days as a CSV file to the bucket of order files.',
    workflow: 'order-intake',
    inputs: { From: day('First business day'), To: day('Last business day, at most 366 days') },
    needsApproval: false,
    routes: [postOrderExport],
    requests: ({ From: from, To: to }) => [{ route: postOrderExport, body: { from, to } }],
  },
  {
    kind: 'requests',
    name: 'rotate-webhook-secret',
    title: 'Rotate the webhook secret of a channel',
    description:
      'Asks for a new signing secret of an endpoint. The channel approves it over HTTP and gets the secret in that response, so that it never passes through the AWS console.',
    workflow: 'channel-webhooks',
    inputs: {
      ...endpoint,
      PreviousExpiresAfterSeconds: {
        type: 'Integer',
        description: 'Seconds until the previous secret expires; 0 revokes it at once',
        example: '86400',
        default: '86400',
      },
    },
    needsApproval: false,
    routes: [postWebhookSecretRotation],
    requests: (inputs) => [
      {
        route: postWebhookSecretRotation,
        ...ofEndpoint(inputs),
        body: { previousExpiresAfterSeconds: Number(inputs['PreviousExpiresAfterSeconds']) },
      },
    ],
  },
];
