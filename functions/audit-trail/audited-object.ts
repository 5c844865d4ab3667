import * as z from 'zod';
import { ownValue } from '../../shared/input/own-value.ts';

/** Objects that have one instance, by the event's type. */
const single: Readonly<Record<string, string>> = {
  RefundPolicyChanged: 'policy:refunds',
  RefundPolicyChangeRequested: 'policy:refunds',
  RefundPolicyChangeRejected: 'policy:refunds',
  PromotionsSwitched: 'settings:promotions-switch',
};

/**
 * Fields that identify what an event changes, with the type of the object. The first that the event has counts: a refund
 * names its order too.
 */
const identifying: readonly (readonly [field: string, type: string])[] = [
  ['refundId', 'refund'],
  ['endpointId', 'webhook-endpoint'],
  ['orderId', 'order'],
  ['productId', 'product'],
  ['sku', 'sku'],
  ['listId', 'price-list'],
  ['categoryId', 'category'],
  ['promotionId', 'promotion'],
  ['exportId', 'export'],
  ['auditId', 'stock-audit'],
  ['entryId', 'ledger-entry'],
  ['lineId', 'settlement-line'],
  ['code', 'transaction'],
  ['batchId', 'batch'],
  ['runId', 'report-run'],
  ['bundleId', 'report-bundle'],
  ['analysisId', 'promotion-analysis'],
  ['checkId', 'promotion-check'],
  ['replayId', 'promotion-replay'],
  ['period', 'tax-return'],
  ['name', 'settings'],
  ['month', 'ledger-month'],
  ['day', 'ledger-day'],
  ['arrivalDay', 'report-night'],
];

/** Longest id in an object's name; DynamoDB allows keys of 2,048 bytes. */
const maxIdLength = 256;

/** What an event changes, such as `order:ord_…`; undefined for an event that names no object. */
export function auditedObject(type: string, data: object): string | undefined {
  const only = ownValue(single, type);
  if (only !== undefined) return only;
  const members = new Map<string, unknown>(Object.entries(data));
  for (const [field, object] of identifying) {
    const id = members.get(field);
    if (typeof id === 'string' && id !== '') return `${object}:${id.slice(0, maxIdLength)}`;
  }
  return undefined;
}

const Version = z.object({
  version: z.int(),
  name: z.string().optional().catch(undefined),
  promotionId: z.string().optional().catch(undefined),
});

/** Route of the version that a change made, with its whole content; undefined for objects whose versions have no route. */
export function versionRoute(type: string, data: unknown): string | undefined {
  const { version, name, promotionId } = Version.safeParse(data).data ?? {};
  if (version === undefined) return undefined;
  if (type === 'SettingsChanged' && name !== undefined) return `/settings/${name}/versions/${version}`;
  return type === 'PromotionChanged' && promotionId !== undefined
    ? `/promotions/${promotionId}/versions/${version}`
    : undefined;
}
