import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { OrderPlaced, ReplacementRefused } from '../../../shared/contracts/orders/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { causedBy } from '../refund/cause.ts';
import { TablesEnv } from '../env.ts';
import { endExchange } from './replacement.ts';
import { createRefundStore } from '../refund/store.ts';

/** What became of a replacement that was asked for. */
const ReplacementEvent = {
  envelope: z.discriminatedUnion('detail-type', [OrderPlaced.envelope, ReplacementRefused.envelope]),
};

const end = endExchange(createRefundStore(openDatabase(), TablesEnv.parse(process.env)));

export const handler = queueHandler(ReplacementEvent, (event) =>
  end(event, causedBy(event.detail.metadata, Date.now())),
);
