import type { ApiResponse } from '../apis/api-event.ts';

/** Members of responses that say what happened. Nothing else leaves this function: outputs of an execution stay for a year. */
const shown = new Set([
  'type',
  'detail',
  'status',
  'state',
  'runId',
  'date',
  'from',
  'to',
  'auditId',
  'repairId',
  'refundId',
  'promotionId',
  'orderId',
  'endpointId',
  'exportId',
  'replayed',
  'cursor',
]);

/** A response in one line, without personal data and secrets. */
export function summaryOf({ status, location, body }: ApiResponse): string {
  const members = Object.entries<unknown>({ ...Object(body) }).flatMap(([name, value]) =>
    shown.has(name) && (typeof value === 'string' || typeof value === 'number') ? [`${name}: ${value}`] : [],
  );
  return [`HTTP ${status}`, ...(location === undefined ? [] : [location]), ...members].join('; ').slice(0, 1000);
}
