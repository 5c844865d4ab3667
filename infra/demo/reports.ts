import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../local-store.ts';
import { createDemoClient } from './demo-client.ts';
import type { Demo } from './orders.ts';
import { dayOf, instantOf } from './plan.ts';
import type { Progress } from './progress.ts';

const pollMs = 100;

/** Invokes the nightly job for the last nights, as its schedule would have, and waits for the reports. */
export async function runNights(
  { store, lastDay, timeZone, signal }: Demo,
  nights: number,
  progress: Progress,
): Promise<void> {
  const finance = createDemoClient(store, 'finance', signal);
  const days: string[] = [];
  for (let ago = nights - 1; ago >= 0; ago -= 1) {
    await invoke(store, { time: instantOf(lastDay, timeZone, ago, 30) }, 'RequestResponse', signal);
    days.push(dayOf(lastDay, -ago - 1));
  }
  for (const [done, day] of days.entries()) {
    progress(done, days.length);
    for (;;) {
      const { body: run } = await finance.get(`/reports/runs/nightly-${day}`);
      if (run.status === 'completed') break;
      if (run.status === 'failed') throw new Error(`The reports of ${day} failed: ${run.error}`);
      await sleep(pollMs, undefined, { signal });
    }
  }
  progress(days.length, days.length);
}

/**
 * Invokes the nightly job with a mistyped day, asynchronously: Lambda tries it again after one and two minutes, then sends
 * the record to the dead-letter queue.
 */
export const leaveDeadLetter = ({ store, signal }: Demo): Promise<void> =>
  invoke(store, { time: 'yesterday' }, 'Event', signal);

async function invoke(
  { context, credentials: { gatewayUrl: endpoint, region, awsCredentials: credentials } }: LocalStore,
  payload: object,
  InvocationType: 'Event' | 'RequestResponse',
  abortSignal: AbortSignal,
): Promise<void> {
  const nightly = context.template
    .ofType('AWS::Lambda::Function')
    .find(({ stack, logicalId }) => stack === 'Storeworks-NightlyMetrics' && /^Nightly(?!.*Watch)/.test(logicalId));
  if (!nightly) throw new Error('The template has no nightly job');
  const lambda = new LambdaClient({ endpoint, region, credentials });
  const command = new InvokeCommand({ FunctionName: nightly.name, InvocationType, Payload: JSON.stringify(payload) });
  const { FunctionError, Payload } = await lambda.send(command, { abortSignal });
  lambda.destroy();
  if (FunctionError !== undefined) throw new Error(`The nightly job failed: ${Payload?.transformToString()}`);
}
