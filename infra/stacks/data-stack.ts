import { type App, Stack } from 'aws-cdk-lib';
import { createAccessLogBucket } from '../constructs/bucket.ts';
import { dataStackName } from '../constructs/exports.ts';
import type { Store } from '../store.ts';
import { createAlarmTopic } from '../data/alarm-topic.ts';
import { buckets, secrets, tables } from './definitions.ts';
import { createEventBus } from '../data/event-bus.ts';
import { createIdentities } from '../data/identities.ts';
import { createTestEventRegistry } from '../data/console/test-event-registry.ts';

/** Everything that outlives a deployment: tables, buckets, secrets, the event bus, identities and the alarm topic. */
export class DataStack extends Stack {
  constructor(app: App, { clients, people, deployment }: Pick<Store, 'clients' | 'people' | 'deployment'>) {
    super(app, 'Data', {
      stackName: dataStackName,
      terminationProtection: deployment.protectData,
      tags: { application: 'storeworks' },
    });
    const accessLogs = createAccessLogBucket(this);
    for (const table of tables) table.create(this);
    for (const bucket of buckets) bucket.create(this, accessLogs);
    for (const secret of secrets) secret.create(this);
    createEventBus(this);
    createAlarmTopic(this, deployment.alarmEmail);
    if (deployment.createsTestEventRegistry ?? true) createTestEventRegistry(this);
    createIdentities(this, { clients, people, domainPrefix: deployment.domainPrefix });
  }
}
