import assert from 'node:assert/strict';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { applyDeadline, Deadline } from './deadlines/deadlines.ts';
import { applyChange } from './refund/apply.ts';
import { actor } from './refund/change.ts';
import { TablesEnv } from './refund/env.ts';
import { createPolicyStore } from './refund/policy-store.ts';
import { createRefundStore } from './refund/store.ts';
import { endReturn } from './returns/decide.ts';

const tables = TablesEnv.parse(process.env);
const db = openDatabase();
const store = createRefundStore(db, tables);
const policies = createPolicyStore(db, tables.REFUND_TABLE_NAME);

export const handler = queueHandler({ envelope: Deadline }, async (deadline, { messageId }) => {
  const now = Date.now();
  const outcome = await applyChange(
    store,
    deadline.refundId,
    async (refund, ledger) => {
      const { waiting } = await policies.version(refund.policy.version);
      return applyDeadline(refund, ledger, deadline, waiting, now, endReturn);
    },
    { actor, correlationId: messageId, causationId: messageId, now },
  );
  assert(outcome, `The refund ${deadline.refundId} of a deadline does not exist`);
});
