import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { failedRecordQueue } from '../../shared/lambda/failed-records.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { recordMetric } from '../../shared/lambda/metrics.ts';
import { createBusClient } from './bus-client.ts';
import { StreamRecord } from './decide.ts';
import { Env } from './env.ts';
import { metricsOf } from './event-metrics.ts';
import { relay } from './relay.ts';

const env = Env.parse(process.env);
const bus = createBusClient(new EventBridgeClient(), env.EVENT_BUS_NAME);
const relayRecords = relay(bus, failedRecordQueue(env.FAILED_RECORD_QUEUE_URL), (batch) =>
  metricsOf(batch, Date.now()).forEach(recordMetric),
);

export const handler = eventHandler(z.object({ Records: z.array(StreamRecord) }), ({ Records }, logger) =>
  relayRecords(Records, logger),
);
