import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createDynamoDbClient } from '../../../../infra/local/dynamodb/client.ts';
import { startDynoxide } from '../../../../infra/local/dynamodb/dynoxide.ts';
import { type DynamoDb, startDynamodb } from '../../../../infra/local/dynamodb/dynamodb.ts';
import { createStreamReader } from '../../../../infra/local/dynamodb/stream-reader.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import type { Resource } from '../../../../infra/local/template/template.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const arn = (rest: string) => `arn:aws:dynamodb:eu-west-1:000000000000:table/${rest}`;
const key = (AttributeName: string, KeyType = 'HASH') => ({ AttributeName, KeyType });
const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const byStatus = {
  IndexName: 'byStatus',
  KeySchema: [key('status')],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};
const orders = (changes: Record<string, unknown> = {}): Resource =>
  resource(
    'AWS::DynamoDB::Table',
    'Orders',
    {
      KeySchema: [key('pk'), key('sk', 'RANGE')],
      AttributeDefinitions: [attribute('pk'), attribute('sk')],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      ...changes,
    },
    arn('Orders'),
  );
const item = { pk: { S: 'ORDER#1' }, sk: { S: 'ORDER' }, status: { S: 'placed' } };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(resources: Resource[], local = localContext(resources)) {
  cleanups.push(local.remove);
  const dynamodb = await startDynamodb(local.context);
  cleanups.push(dynamodb.stop);
  return { dynamodb, local };
}

async function send(dynamodb: DynamoDb, operation: string, input: unknown) {
  const body = Buffer.from(JSON.stringify(input));
  const { status, body: response } = await dynamodb.handle(callOf({ operation, body }));
  return { status, ...JSON.parse(response.toString()) };
}

const permissions = (dynamodb: DynamoDb, operation: string, input: unknown) =>
  dynamodb
    .permissions(callOf({ operation, body: Buffer.from(JSON.stringify(input)) }))
    .map(({ action, resource }) => `${action} ${resource}`);

describe('the tables of the template', () => {
  test('are created with their keys, indexes, stream and TTL, and with the ARNs of the template', async () => {
    const { dynamodb } = await start([
      orders({
        AttributeDefinitions: [attribute('pk'), attribute('sk'), attribute('status')],
        GlobalSecondaryIndexes: [byStatus],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    ]);
    const { Table } = await send(dynamodb, 'DescribeTable', { TableName: 'Orders' });
    expect(Table).toMatchObject({
      TableArn: arn('Orders'),
      LatestStreamArn: arn('Orders/stream/local'),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      GlobalSecondaryIndexes: [{ IndexName: 'byStatus', IndexArn: arn('Orders/index/byStatus') }],
    });
    const { TimeToLiveDescription } = await send(dynamodb, 'DescribeTimeToLive', { TableName: 'Orders' });
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  });

  test('keep their items after a restart, and a new index contains the existing items', async () => {
    const first = await start([orders()]);
    await send(first.dynamodb, 'PutItem', { TableName: 'Orders', Item: item });
    await first.dynamodb.stop();
    const changed = orders({
      AttributeDefinitions: [attribute('pk'), attribute('sk'), attribute('status')],
      GlobalSecondaryIndexes: [byStatus],
    });
    cleanups.length = 0;
    const { dynamodb } = await start([changed], first.local.reopened([changed]));
    const query = {
      TableName: 'Orders',
      IndexName: 'byStatus',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'placed' } },
    };
    expect(await send(dynamodb, 'Query', query)).toMatchObject({ status: 200, Items: [item] });
  });

  test.each([
    ['other keys', orders({ KeySchema: [key('sk')], AttributeDefinitions: [attribute('sk')] })],
    ['no stream', orders({ StreamSpecification: undefined })],
    ['another stream view type', orders({ StreamSpecification: { StreamViewType: 'KEYS_ONLY' } })],
  ])('with %s than the existing one prevent the start with advice', async (_change, changed) => {
    const first = await start([orders()]);
    await first.dynamodb.stop();
    cleanups.length = 0;
    const local = first.local.reopened([changed]);
    cleanups.push(local.remove);
    const refused = startDynamodb(local.context);
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(/Table Orders .* other than the template's/);
    await expect(refused).rejects.toMatchObject({ code: 'incompatible-state' });
  });
});

describe('permissions', () => {
  test('are for the table, the index, or each table and action of a batch or transaction', async () => {
    const { dynamodb } = await start([]);
    const TableName = 'Orders';
    expect(permissions(dynamodb, 'PutItem', { TableName })).toEqual([`dynamodb:PutItem ${arn('Orders')}`]);
    expect(permissions(dynamodb, 'GetItem', { TableName: arn('Orders') })).toEqual([
      `dynamodb:GetItem ${arn('Orders')}`,
    ]);
    expect(permissions(dynamodb, 'Query', { TableName, IndexName: 'byStatus' })).toEqual([
      `dynamodb:Query ${arn('Orders/index/byStatus')}`,
    ]);
    expect(permissions(dynamodb, 'BatchGetItem', { RequestItems: { Orders: {}, Stock: {} } })).toEqual([
      `dynamodb:BatchGetItem ${arn('Orders')}`,
      `dynamodb:BatchGetItem ${arn('Stock')}`,
    ]);
    const TransactItems = [
      { Put: { TableName } },
      { Put: { TableName } },
      { Update: { TableName: 'Stock' } },
      { ConditionCheck: { TableName } },
      { Delete: { TableName } },
    ];
    expect(permissions(dynamodb, 'TransactWriteItems', { TransactItems })).toEqual([
      `dynamodb:PutItem ${arn('Orders')}`,
      `dynamodb:UpdateItem ${arn('Stock')}`,
      `dynamodb:ConditionCheckItem ${arn('Orders')}`,
      `dynamodb:DeleteItem ${arn('Orders')}`,
    ]);
    expect(permissions(dynamodb, 'TransactGetItems', { TransactItems: [{ Get: { TableName } }] })).toEqual([
      `dynamodb:GetItem ${arn('Orders')}`,
    ]);
    expect(permissions(dynamodb, 'DescribeTable', { TableName })).toEqual([`dynamodb:DescribeTable ${arn('Orders')}`]);
    expect(permissions(dynamodb, 'ListTables', {})).toEqual(['dynamodb:ListTables *']);
    const StreamArn = arn('Orders/stream/local');
    expect(permissions(dynamodb, 'DescribeStream', { StreamArn })).toEqual([`dynamodb:DescribeStream ${StreamArn}`]);
    expect(() => permissions(dynamodb, 'ExecuteStatement', { Statement: 'SELECT' })).toThrow(/PartiQL/);
    expect(() => permissions(dynamodb, 'PutItem', 'text')).toThrow(/structure or map/);
  });
});

describe('calls', () => {
  test('wake the listeners of every table that they may have changed, and of no other table', async () => {
    const { dynamodb } = await start([orders()]);
    const woken: string[] = [];
    const forget = dynamodb.onWrite('Orders', () => woken.push('Orders'));
    dynamodb.onWrite('Stock', () => woken.push('Stock'));
    const Put = { TableName: 'Orders', Item: item };
    await send(dynamodb, 'PutItem', Put);
    await send(dynamodb, 'TransactWriteItems', { TransactItems: [{ Put }] });
    await send(dynamodb, 'BatchWriteItem', { RequestItems: { Orders: [{ PutRequest: { Item: item } }] } });
    await send(dynamodb, 'GetItem', { TableName: 'Orders', Key: { pk: item.pk, sk: item.sk } });
    expect(woken).toEqual(['Orders', 'Orders', 'Orders']);
    forget();
    await send(dynamodb, 'PutItem', Put);
    expect(woken).toHaveLength(3);
  });

  test('return the responses of DynamoDB, including errors', async () => {
    const { dynamodb } = await start([orders()]);
    const refused = await send(dynamodb, 'PutItem', {
      TableName: 'Orders',
      Item: item,
      ConditionExpression: 'attribute_exists(pk)',
    });
    expect(refused).toMatchObject({ status: 400, __type: expect.stringContaining('ConditionalCheckFailedException') });
  });

  test('read the stream by its ARN in the template', async () => {
    const { dynamodb } = await start([orders()]);
    await send(dynamodb, 'PutItem', { TableName: 'Orders', Item: item });
    const StreamArn = arn('Orders/stream/local');
    const { StreamDescription } = await send(dynamodb, 'DescribeStream', { StreamArn });
    expect(StreamDescription.StreamArn).toBe(StreamArn);
    const { ShardIterator } = await send(dynamodb, 'GetShardIterator', {
      StreamArn,
      ShardId: StreamDescription.Shards[0].ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    });
    expect(permissions(dynamodb, 'GetRecords', { ShardIterator })).toEqual([`dynamodb:GetRecords ${StreamArn}`]);
    const { Records } = await send(dynamodb, 'GetRecords', { ShardIterator });
    expect(Records).toMatchObject([{ awsRegion: 'eu-west-1', dynamodb: { NewImage: item } }]);
  });
});

test('the database ends with the process that started it, also after SIGKILL, and its file stays usable', async () => {
  const local = localContext([orders()]);
  const { directory } = local.context.state;
  local.context.state.close();
  const script = `
    import { startDynamodb } from ${JSON.stringify(new URL('../../../../infra/local/dynamodb/dynamodb.ts', import.meta.url).href)};
    import { localContext } from ${JSON.stringify(new URL('../local-context.ts', import.meta.url).href)};
    const { context } = localContext([JSON.parse(process.argv[1])], process.argv[2]);
    const dynamodb = await startDynamodb(context);
    const Item = ${JSON.stringify(item)};
    const body = Buffer.from(JSON.stringify({ TableName: 'Orders', Item }));
    await dynamodb.handle({ operation: 'PutItem', body });
    console.log(dynamodb.endpoint);`;
  const engine = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(orders()), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(engine.stdout, 'data');
  const endpoint = String(line).trim();
  await expect(fetch(endpoint, { method: 'POST' })).resolves.toBeDefined();
  engine.kill('SIGKILL');
  await expect
    .poll(() =>
      fetch(endpoint).then(
        () => 'alive',
        () => 'dead',
      ),
    )
    .toBe('dead');

  const { dynamodb } = await start([orders()], localContext([orders()], directory));
  const found = await send(dynamodb, 'GetItem', { TableName: 'Orders', Key: { pk: item.pk, sk: item.sk } });
  expect(found.Item).toEqual(item);
});

test('the database is not at an address that a web page could find by searching ports', async () => {
  const { dynamodb } = await start([orders()]);
  const { hostname, port } = new URL(dynamodb.endpoint);
  expect(hostname).toMatch(/^127(\.\d+){3}$/);
  expect((await fetch(dynamodb.endpoint)).status).toBeGreaterThan(0);
  for (const host of ['127.0.0.1', 'localhost']) {
    await expect(fetch(`http://${host}:${port}`)).rejects.toThrow('fetch failed');
  }
});

test('expired items are deleted, and the stream record has the identity of the service', async () => {
  const table = orders({ TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
  const { dynamodb, local } = await start([table]);
  await dynamodb.stop();
  const file = join(local.context.state.directory, 'dynamodb.sqlite');
  const own = await startDynoxide(file, { sweeps: true, onExit: () => {} });
  cleanups.push(own.stop);
  const client = createDynamoDbClient(own.endpoint);
  cleanups.push(client.close);
  const put = (sk: string, expiresAt: number) =>
    client.call('PutItem', {
      TableName: 'Orders',
      Item: { pk: { S: 'ORDER#1' }, sk: { S: sk }, expiresAt: { N: String(expiresAt) } },
    });
  await put('OLD', Math.floor(Date.now() / 1000) - 60);
  await put('YOUNG', Math.floor(Date.now() / 1000) + 3600);
  await own.sweepExpired();
  const { Items } = await client.call('Scan', { TableName: 'Orders' });
  expect(Items).toMatchObject([{ sk: { S: 'YOUNG' } }]);
  const reader = createStreamReader(client, { streamArn: 'arn', tableName: 'Orders', filters: [] }, 'eu-west-1');
  const [shard] = await reader.shards();
  const { records } = await reader.page(await reader.iteratorAfter(shard?.ShardId ?? '', undefined), 0);
  expect(records.map(({ json }) => JSON.parse(json)).at(-1)).toMatchObject({
    eventName: 'REMOVE',
    dynamodb: { Keys: { sk: { S: 'OLD' } } },
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  });
});

test('stream records have the time of the engine’s clock', async () => {
  const { dynamodb } = await start([orders()]);
  await send(dynamodb, 'PutItem', { TableName: 'Orders', Item: item });
  const client = createDynamoDbClient(dynamodb.endpoint);
  cleanups.push(client.close);
  const aheadMs = 31 * 86_400_000;
  const stream = { streamArn: 'arn', tableName: 'Orders', filters: [] };
  const reader = createStreamReader(client, stream, 'eu-west-1', () => Date.now() + aheadMs);
  const [shard] = await reader.shards();
  const { records } = await reader.page(await reader.iteratorAfter(shard?.ShardId ?? '', undefined), 0);
  expect(records[0]?.createdAt).toBeGreaterThan(Date.now() + aheadMs - 60_000);
  expect(JSON.parse(records[0]?.json ?? '').dynamodb.ApproximateCreationDateTime * 1000).toBe(records[0]?.createdAt);
});

test('DYNAMODB_ENDPOINT selects another DynamoDB; one that does not respond prevents the start with one sentence', async () => {
  const { dynamodb } = await start([orders()]);
  await send(dynamodb, 'PutItem', { TableName: 'Orders', Item: item });
  process.env.DYNAMODB_ENDPOINT = dynamodb.endpoint;
  cleanups.push(() => delete process.env.DYNAMODB_ENDPOINT);
  const second = await start([orders()]);
  expect(second.dynamodb.endpoint).toBe(dynamodb.endpoint);
  expect(await send(second.dynamodb, 'Scan', { TableName: 'Orders' })).toMatchObject({ Items: [item] });

  const local = localContext([]);
  cleanups.push(local.remove);
  process.env.DYNAMODB_ENDPOINT = 'http://127.0.0.1:9';
  await expect(startDynamodb(local.context)).rejects.toThrow(/No DynamoDB responds at DYNAMODB_ENDPOINT/);
  process.env.DYNAMODB_ENDPOINT = 'nonsense';
  await expect(startDynamodb(local.context)).rejects.toThrow(StartError);
});

test('starts within its time limit', async () => {
  const began = performance.now();
  await start([orders()]);
  expect(performance.now() - began).toBeLessThan(1000);
});
