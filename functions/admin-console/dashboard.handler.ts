import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { requestHandler } from '../../shared/lambda/request-handler.ts';
import { createApiClient } from './apis/api-client.ts';
import { createDeadLetterClient } from './apis/dead-letter-client.ts';
import { administratorsOf, answerer } from './reader.ts';
import { WidgetEnv } from './widgets/env.ts';
import { showWidget } from './widgets/widget-job.ts';
import { WidgetEvent } from './widgets/widget-event.ts';

const env = WidgetEnv.parse(process.env);
const show = showWidget({
  callApi: createApiClient(new LambdaClient(), env.API_FUNCTIONS),
  deadLetters: createDeadLetterClient(new SQSClient(), env.QUEUE_ARNS),
  reader: { ...administratorsOf(env.DEPARTMENT_CLIENTS), subject: 'storeworks.admin-console' },
});
const answer = answerer(show, {
  region: env.AWS_REGION,
  reportsBucket: env.REPORTS_BUCKET_NAME,
  timeZone: env.TIME_ZONE,
});

/** The custom widgets of the dashboard for readers: without buttons, and a pressed button is ignored. */
export const handler = requestHandler(WidgetEvent, (event, { requestId }) =>
  answer(event, Date.now(), requestId, undefined),
);
