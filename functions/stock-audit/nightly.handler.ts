import * as z from 'zod';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Instant } from '../../shared/names.ts';
import { Env } from './env.ts';
import { createAuditStore } from './store.ts';

const store = createAuditStore(openDatabase(), Env.parse(process.env).STOCK_AUDIT_TABLE_NAME);

/** `time` is the scheduled time. A repeated invocation requests the same audit. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  const auditId = `audit-${time}`;
  const causationId = `schedule-${time}`;
  await store.request(auditId, {
    actor: 'storeworks.stock-audit',
    correlationId: auditId,
    causationId,
    now: Date.now(),
  });
  logger.info('stock audit requested', { auditId });
});
