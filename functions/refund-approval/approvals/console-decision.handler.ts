import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { RefundDecision, RefundParams } from '../../../shared/contracts/refunds/routes.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { decideOn } from './decision-api.ts';
import { TablesEnv } from '../env.ts';
import { createRefundStore } from '../refund/store.ts';

/** What an administrator puts into a test event; test-events/ has one to fill in. */
const Decision = z.strictObject({
  ...RefundParams.shape,
  ...RefundDecision.shape,
  /** Who decides: the user id of their token, so that nobody decides on their own request here either. */
  actor: z.string().trim().min(1).max(200),
  department: z.string().trim().min(1).max(40),
});

const store = createRefundStore(openDatabase(), TablesEnv.parse(process.env));

/** Answers as `POST /refunds/{refundId}/decisions` does: a refusal is an answer, not a failure. */
export const handler = eventHandler(Decision, ({ refundId, decision, comment, actor, department }) => {
  const now = Date.now();
  const id = `console-${refundId}-${now}`;
  return decideOn(
    store,
    { refundId, decision, comment },
    { by: actor, department, from: 'aws-console' },
    { actor, correlationId: id, causationId: id, now },
  );
});
