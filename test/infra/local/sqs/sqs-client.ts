import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach } from 'vitest';
import { createGateway } from '../../../../infra/local/gateway/gateway.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { createQueues } from '../../../../infra/local/sqs/sqs.ts';
import { restartable } from './queue-fixtures.ts';
import type { SmallResource } from '../small-template.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** The queues behind a gateway, and an SDK client of it. */
export async function startApi(resources: SmallResource[]) {
  const engine = restartable(resources);
  const queues = createQueues(engine.context);
  const iam = createIam(engine.context.template);
  const credentials = { accessKeyId: 'person', secretAccessKey: 'x' };
  const gateway = createGateway(engine.context, {
    iam,
    accessKey: () => ({ ...credentials, roleArn: undefined }),
    services: { sqs: queues },
  });
  const server: Server = createServer(gateway).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SQSClient({
    region: 'eu-west-1',
    endpoint,
    credentials,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
  ends.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    engine.remove();
  });
  return Object.assign(engine, { queues, client });
}
