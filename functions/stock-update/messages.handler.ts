import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { hidingIn, settlingEach } from '../../shared/lambda/message-batch.ts';
import { MessageEnv } from './env.ts';
import { MovementMessage, postMessage } from './messages.ts';
import { createStockStore } from './store.ts';
import { createWaitStore } from './wait-store.ts';

const env = MessageEnv.parse(process.env);
const database = openDatabase();
const post = postMessage(createStockStore(database, env), createWaitStore(database, env), Date.now);
const postEach = settlingEach(post, hidingIn(new SQSClient(), env.MOVEMENT_QUEUE_URL));

export const handler = eventHandler(z.object({ Records: z.array(MovementMessage) }), ({ Records }, logger) =>
  postEach(Records, logger),
);
