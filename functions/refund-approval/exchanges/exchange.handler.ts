import * as z from 'zod';
import { OrderPlaced, ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { causedBy } from '../refund/change.ts';
import { TablesEnv } from '../refund/env.ts';
import { createRefundStore } from '../refund/store.ts';
import { recordReplacement } from './record-replacement.ts';

/** A replacement order was placed or refused. */
const ReplacementEvent = {
  envelope: z.discriminatedUnion('detail-type', [OrderPlaced.envelope, ReplacementRefused.envelope]),
};

const record = recordReplacement(createRefundStore(openDatabase(), TablesEnv.parse(process.env)));

export const handler = queueHandler(ReplacementEvent, (event) =>
  record(event, causedBy(event.detail.metadata, Date.now())),
);
