import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { setVisibilityTimeout, handleEachMessage } from '../../../shared/lambda/message-batch.ts';
import { withCurrent } from '../../../shared/settings/current-settings-store.ts';
import { MessageEnv } from './env.ts';
import { MovementMessage, applyMessage } from './movement-message.ts';
import { currentMovementSettings } from '../stock/movement-settings-store.ts';
import { createStockStore } from '../stock/store.ts';
import { createDeferralStore } from './deferral-store.ts';

const env = MessageEnv.parse(process.env);
const database = openDatabase();
const stores = { store: createStockStore(database, env), deferrals: createDeferralStore(database, env) };
const apply = withCurrent(currentMovementSettings(database, env), (settings) =>
  applyMessage(stores, settings, Date.now),
);
const applyEach = handleEachMessage(apply, setVisibilityTimeout(new SQSClient(), env.MOVEMENT_QUEUE_URL));

export const handler = eventHandler(z.object({ Records: z.array(MovementMessage) }), ({ Records }, logger) =>
  applyEach(Records, logger),
);
