import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Env } from '../../functions/event-journal/env.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Every event of the bus, into the lake. */
export function addEventJournal(scope: Construct, { data }: { data: DataStack }): void {
  const workflow = new Construct(scope, 'EventJournal');
  const { function: journal } = new QueueConsumer(workflow, 'Journal', {
    bus: data.bus,
    event: { pattern: { source: Match.prefix('storeworks.') } },
    entry: 'event-journal/journal.handler.ts',
    environment: { LAKE_BUCKET_NAME: data.lake.bucketName, TIME_ZONE: store.selling.timeZone } satisfies Env,
    failureMeans: 'Reports lack orders until the journal has caught up.',
    timeout: Duration.minutes(1),
    // Large files are cheaper to write and faster to read; ten seconds is the most that a report lags behind.
    batchSize: 1000,
    batchWindow: Duration.seconds(10),
  });
  for (const keys of ['events/*', 'late/*'] as const) data.lake.grantObjects(journal.role, keys, 's3:PutObject');
}
