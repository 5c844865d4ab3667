import { personalFields } from '../../shared/contracts/personal-events.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { AuditedEvent, auditItemOf } from './audit-entry.ts';
import { createAuditStore } from './audit-store.ts';
import { RecordEnv } from './env.ts';

const store = createAuditStore(openDatabase(), RecordEnv.parse(process.env));

export const handler = queueHandler({ envelope: AuditedEvent }, (event) =>
  store.record(auditItemOf(event, personalFields)),
);
