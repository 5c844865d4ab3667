import * as z from 'zod';
import { RefundDecision, RefundParams } from '../../../shared/contracts/refunds/routes.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { TablesEnv } from '../refund/env.ts';
import { createPolicyStore } from '../refund/policy-store.ts';
import { createRefundStore } from '../refund/store.ts';
import { decideOnRefund } from './decision-api.ts';

/** The test event of the AWS console; see test-events/. */
const ConsoleDecision = z.strictObject({
  ...RefundParams.shape,
  ...RefundDecision.shape,
  /** The decider's user id as in their token, so that the rule on own requests applies here too. */
  actor: z.string().trim().min(1).max(200),
  department: z.string().trim().min(1).max(40),
});

const tables = TablesEnv.parse(process.env);
const db = openDatabase();
const stores = { store: createRefundStore(db, tables), policies: createPolicyStore(db, tables.REFUND_TABLE_NAME) };

/** Returns the response of `POST /refunds/{refundId}/decisions`. A refusal is a response, not an error. */
export const handler = eventHandler(ConsoleDecision, ({ refundId, decision, comment, actor, department }) => {
  const now = Date.now();
  const id = `console-${refundId}-${now}`;
  return decideOnRefund(
    stores,
    { refundId, decision, comment },
    { by: actor, department, from: 'aws-console' },
    { actor, correlationId: id, causationId: id, now },
  );
});
