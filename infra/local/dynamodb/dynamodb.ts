import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type AwsResponse, type AwsCall, AwsError, type AwsService } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import { createDynamoDbClient, type DynamoDbClient } from './client.ts';
import { checkAvailable, type DynamoDbInput, isStreamOperation, permissionsOf, tablesWritten } from './permissions.ts';
import { startDynoxide } from './dynoxide.ts';
import { ensureTable, hasTimeToLive, partitionKeysOf, tablesOf } from './tables.ts';
import { StartError } from '../start-error.ts';

export const supports = {
  'AWS::DynamoDB::Table': {
    effective: [
      'TableName',
      'KeySchema',
      'AttributeDefinitions',
      'BillingMode',
      'ProvisionedThroughput',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'StreamSpecification',
      'TimeToLiveSpecification',
    ],
    // Backups, encryption, cost and deletion protection have no effect on requests.
    inert: [
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'DeletionProtectionEnabled',
      'TableClass',
      'Tags',
      'ContributorInsightsSpecification',
      'OnDemandThroughput',
      'WarmThroughput',
    ],
  },
  'AWS::DynamoDB::GlobalTable': {
    effective: [
      'TableName',
      'KeySchema',
      'AttributeDefinitions',
      'BillingMode',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'StreamSpecification',
      'TimeToLiveSpecification',
      'Replicas',
    ],
    // The engine does not limit capacity.
    inert: [
      'SSESpecification',
      'WriteProvisionedThroughputSettings',
      'WriteOnDemandThroughputSettings',
      'WarmThroughput',
    ],
  },
};

export type DynamoDb = Awaited<ReturnType<typeof startDynamodb>>;

/** DynamoDB deletes expired items within days. dynoxide reads every item for it: 0.5 s for 60,000 items. */
const sweepMilliseconds = 3_600_000;

/**
 * The template's tables, on dynoxide or on the DynamoDB at DYNAMODB_ENDPOINT, and the service in front of them, which
 * forwards bodies unchanged. `onWrite` calls `wake` after a call that may have changed the table, before its response
 * is sent. Throws StartError.
 */
export async function startDynamodb(context: LocalContext) {
  const { template, state, log } = context;
  const tables = tablesOf(template);
  const given = process.env.DYNAMODB_ENDPOINT;
  const emulator = given
    ? { endpoint: checkedEndpoint(given), stop: async () => {} }
    : await startOwn(state.directory, { sweeps: tables.some(hasTimeToLive), log });
  const client = createDynamoDbClient(emulator.endpoint);
  const stop = async () => {
    await client.close();
    await emulator.stop();
  };
  try {
    if (given) await reach(client, given);
    await Promise.all(tables.map((table) => ensureTable(client, table, template.region)));
  } catch (error) {
    await stop();
    throw error;
  }

  const listeners = new Map<string, Set<() => void>>();
  const onWrite = (tableName: string, wake: () => void) => {
    const ofTable = listeners.get(tableName) ?? new Set();
    listeners.set(tableName, ofTable.add(wake));
    return () => void ofTable.delete(wake);
  };
  return { ...service(client, context, listeners), endpoint: emulator.endpoint, onWrite, stop };
}

function service(client: DynamoDbClient, { template }: LocalContext, listeners: Map<string, Set<() => void>>) {
  const tableArns = `arn:aws:dynamodb:${template.region}:${template.accountId}:table/`;
  const partitionKeyOf = partitionKeysOf(template);
  // `permissions` and `handle` need the same parsed body.
  const parsed = new WeakMap<AwsCall, DynamoDbInput>();
  const inputOf = (call: AwsCall): DynamoDbInput => {
    const known = parsed.get(call);
    if (known) return known;
    checkAvailable(call.operation);
    const input = parseBody(call.body);
    parsed.set(call, input);
    return input;
  };

  const handle = async (call: AwsCall): Promise<AwsResponse> => {
    const { operation } = call;
    if (isStreamOperation(operation)) return handleStreamCall(call);
    const written = tablesWritten(operation, inputOf(call));
    const result = await client.forward(`DynamoDB_20120810.${operation}`, call.body);
    for (const table of written) for (const wake of listeners.get(table) ?? []) wake();
    return returnsArns.test(operation) ? withLocalArns(result) : result;
  };

  const handleStreamCall = async (call: AwsCall): Promise<AwsResponse> => {
    const input = inputOf(call);
    const table = /:table\/([^/]+)\/stream\/local$/.exec(String(input.StreamArn))?.[1];
    const body = table ? { ...input, StreamArn: await streamArnOf(client, table) } : input;
    const target = `DynamoDBStreams_20120810.${call.operation}`;
    const result = await client.forward(target, Buffer.from(JSON.stringify(body)));
    if (call.operation !== 'GetRecords') return withLocalArns(result);
    return rewritten(result, (text) => text.replaceAll(/"awsRegion":"[^"]*"/g, `"awsRegion":"${template.region}"`));
  };

  /** Replaces the emulator's region and stream labels by those of the template. */
  const withLocalArns = (result: AwsResponse) =>
    rewritten(result, (text) =>
      text.replaceAll(/"arn:aws:dynamodb:[^:"]*:[^:"]*:table\/([^"]*)"/g, (_arn, rest: string) =>
        JSON.stringify(tableArns + rest.replace(/\/stream\/.*$/, '/stream/local')),
      ),
    );

  return {
    permissions: (call) => permissionsOf(call.operation, inputOf(call), tableArns, partitionKeyOf),
    handle,
  } satisfies AwsService;
}

function rewritten({ status, headers = {}, body }: AwsResponse, rewrite: (text: string) => string): AwsResponse {
  const { 'x-amz-crc32': _ofOldBody, ...kept } = headers;
  return { status, headers: kept, body: rewrite(body.toString()) };
}

const returnsArns = /^(Create|Describe|Update|Delete|Restore)\w*(Table|Backup|TimeToLive)/;

/** The emulator's ARN of the table's stream. */
export async function streamArnOf(client: DynamoDbClient, table: string): Promise<string> {
  const { Table } = await client.call('DescribeTable', { TableName: table });
  const arn = (Table as { LatestStreamArn?: unknown } | undefined)?.LatestStreamArn;
  if (typeof arn === 'string') return arn;
  throw new AwsError('ResourceNotFoundException', `Table ${table} has no stream`);
}

function parseBody(body: Buffer): DynamoDbInput {
  try {
    const input: unknown = JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as DynamoDbInput;
  } catch {
    // Falls through to the service's error for text that is not a JSON object.
  }
  throw new AwsError('SerializationException', 'Start of structure or map found where not expected.');
}

async function startOwn(directory: string, { sweeps, log }: { sweeps: boolean; log: (line: string) => void }) {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'dynamodb.sqlite');
  const onExit = () => log('The local DynamoDB ended unexpectedly; restart the engine.');
  const { endpoint, sweepExpired, stop } = await startDynoxide(file, { sweeps, onExit });
  indexStreams(file);
  const sweep = () =>
    void sweepExpired().catch((error: unknown) => log(`Expired items were not deleted: ${String(error)}`));
  const timer = sweeps ? setInterval(sweep, sweepMilliseconds) : undefined;
  return {
    endpoint,
    stop: async () => {
      clearInterval(timer);
      await stop();
    },
  };
}

/** dynoxide 1.2.1 scans for a stream's latest sequence number; without this index, writes slow down as streams grow. */
function indexStreams(file: string): void {
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec('CREATE INDEX IF NOT EXISTS stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))');
  db.close();
}

function checkedEndpoint(endpoint: string): string {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return endpoint;
  throw new StartError(`DYNAMODB_ENDPOINT is ${endpoint}, which is not an HTTP URL such as http://localhost:8000.`);
}

async function reach(client: DynamoDbClient, endpoint: string): Promise<void> {
  try {
    await client.call('ListTables', { Limit: 1 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`No DynamoDB responds at DYNAMODB_ENDPOINT ${endpoint}: ${reason}`);
  }
}
