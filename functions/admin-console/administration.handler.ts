import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { requestHandler } from '../../shared/lambda/request-handler.ts';
import { createApiClient } from './apis/api-client.ts';
import { createDeadLetterClient } from './apis/dead-letter-client.ts';
import { pressButton } from './buttons/button-job.ts';
import { administratorsOf, answerer } from './reader.ts';
import { WidgetEnv } from './widgets/env.ts';
import { html } from '../../shared/html.ts';
import { languageOf, messagesIn } from './widgets/messages.ts';
import { WidgetEvent } from './widgets/widget-event.ts';
import { showWidget } from './widgets/widget-job.ts';

const env = WidgetEnv.parse(process.env);
const administrators = administratorsOf(env.DEPARTMENT_CLIENTS);
const tools = {
  callApi: createApiClient(new LambdaClient(), env.API_FUNCTIONS),
  deadLetters: createDeadLetterClient(new SQSClient(), env.QUEUE_ARNS),
};
const press = pressButton({ ...tools, administrators });
const show = showWidget({ ...tools, reader: { ...administrators, subject: 'storeworks.admin-console' } });
const answer = answerer(show, {
  region: env.AWS_REGION,
  reportsBucket: env.REPORTS_BUCKET_NAME,
  timeZone: env.TIME_ZONE,
});

/** The custom widgets of the dashboard for administrators: with buttons. IAM decides who may invoke it. */
export const handler = requestHandler(WidgetEvent, async (event, { requestId, functionArn }) => {
  if (event.press === undefined) return answer(event, Date.now(), requestId, functionArn);
  const { locale, forms } = event.widgetContext;
  const { isDone, text } = await press(event.press, forms.all, requestId);
  const message = messagesIn(languageOf(locale));
  return html`<p role="status"><b>${message(isDone ? 'done' : 'refused')}</b>: ${text}</p>`.markup;
});
