import assert from 'node:assert/strict';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { applyChange } from './refund/apply.ts';
import { TablesEnv } from './env.ts';
import { createPolicyStore } from './refund/policy-store.ts';
import { createRefundStore } from './refund/store.ts';
import { Deadline, meetDeadline } from './deadlines/deadlines.ts';

const tables = TablesEnv.parse(process.env);
const db = openDatabase();
const store = createRefundStore(db, tables);
const policies = createPolicyStore(db, tables.REFUND_TABLE_NAME);

export const handler = queueHandler({ envelope: Deadline }, async (deadline, { messageId }) => {
  const now = Date.now();
  const cause = { actor: 'storeworks.refund-approval', correlationId: messageId, causationId: messageId, now };
  const outcome = await applyChange(
    store,
    deadline.refundId,
    async (refund, account) => {
      const { waiting } = await policies.version(refund.policy.version);
      return meetDeadline(refund, account, deadline, waiting, now);
    },
    cause,
  );
  assert(outcome, `There is no refund ${deadline.refundId}, which has a deadline`);
});
