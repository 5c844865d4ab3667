import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AwsError } from '../gateway/aws-call.ts';
import type { DynamoDbClient } from './client.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Throughput = z.object({ ReadCapacityUnits: z.coerce.number(), WriteCapacityUnits: z.coerce.number() });
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({ ProjectionType: z.string().optional(), NonKeyAttributes: z.array(z.string()).optional() }),
  ProvisionedThroughput: Throughput.optional(),
});
const TableProperties = z.object({
  KeySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).optional(),
  ProvisionedThroughput: Throughput.optional(),
  GlobalSecondaryIndexes: z.array(Index).default([]),
  LocalSecondaryIndexes: z.array(Index).default([]),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.union([z.boolean(), z.stringbool()]) })
    .optional(),
  Replicas: z.array(z.object({ Region: z.string() })).optional(),
});
type TableProperties = z.infer<typeof TableProperties>;

const Described = z.object({
  TableStatus: z.string(),
  KeySchema,
  AttributeDefinitions: TableProperties.shape.AttributeDefinitions,
  GlobalSecondaryIndexes: z.array(Index.extend({ IndexStatus: z.string() })).default([]),
  LocalSecondaryIndexes: z.array(Index).default([]),
  StreamSpecification: z.object({ StreamEnabled: z.boolean(), StreamViewType: z.string().optional() }).optional(),
});
type Described = z.infer<typeof Described>;

/** All tables that the template declares. */
export const tablesOf = (template: Template): Resource[] => [
  ...template.ofType('AWS::DynamoDB::Table'),
  ...template.ofType('AWS::DynamoDB::GlobalTable'),
];

/** Whether a table of the template has TTL enabled. */
export const hasTimeToLive = (table: Resource): boolean =>
  propertiesOf(table).TimeToLiveSpecification?.Enabled === true;

/** Names of the partition keys of the template's tables and of their indexes. */
export function partitionKeysOf(template: Template): (table: string, index?: string) => string {
  const nameIn = (schema: z.infer<typeof KeySchema>) =>
    schema.find(({ KeyType: type }) => type === 'HASH')?.AttributeName ?? '';
  const names = new Map<string, string>();
  for (const table of tablesOf(template)) {
    const { KeySchema: own, GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = propertiesOf(table);
    names.set(table.name, nameIn(own));
    for (const index of [...global, ...local]) names.set(`${table.name}/${index.IndexName}`, nameIn(index.KeySchema));
  }
  return (table, index) => names.get(index === undefined ? table : `${table}/${index}`) ?? '';
}

/**
 * Creates the table if it does not exist, and updates its indexes and TTL, as a deployment does. Throws StartError for
 * a change that replaces the table on AWS, because it would delete the data.
 */
export async function ensureTable(client: DynamoDbClient, table: Resource, region: string): Promise<void> {
  const wanted = propertiesOf(table);
  if (wanted.Replicas?.some((replica) => replica.Region !== region)) {
    throw new StartError(`${where(table)} has replicas in other regions, which the local engine does not support.`);
  }
  const existing = await describe(client, table.name);
  if (existing) await alignTable(client, table, wanted, existing);
  else await createTable(client, table, wanted);
  await alignTimeToLive(client, table, wanted);
}

function propertiesOf(table: Resource): TableProperties {
  const { success, data, error } = TableProperties.safeParse(table.properties);
  if (!success) throw new StartError(`${where(table)} is not a valid table: ${z.prettifyError(error)}`);
  return data;
}

const where = ({ stack, logicalId, name }: Resource) => `Table ${name} (${logicalId} of ${stack})`;

async function describe(client: DynamoDbClient, name: string): Promise<Described | undefined> {
  try {
    return Described.parse((await client.call('DescribeTable', { TableName: name })).Table);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function createTable(client: DynamoDbClient, table: Resource, wanted: TableProperties): Promise<void> {
  // The engine ignores the capacity of a global table, which other properties set.
  const provisioned = table.type === 'AWS::DynamoDB::Table' && wanted.ProvisionedThroughput !== undefined;
  await client.call('CreateTable', {
    TableName: table.name,
    KeySchema: wanted.KeySchema,
    AttributeDefinitions: wanted.AttributeDefinitions,
    ...(provisioned
      ? { BillingMode: 'PROVISIONED', ProvisionedThroughput: wanted.ProvisionedThroughput }
      : { BillingMode: 'PAY_PER_REQUEST' }),
    ...(wanted.GlobalSecondaryIndexes.length > 0 && {
      GlobalSecondaryIndexes: wanted.GlobalSecondaryIndexes.map((index) => indexInput(index, provisioned)),
    }),
    ...(wanted.LocalSecondaryIndexes.length > 0 && {
      LocalSecondaryIndexes: wanted.LocalSecondaryIndexes.map((index) => indexInput(index, false)),
    }),
    ...(wanted.StreamSpecification && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: wanted.StreamSpecification.StreamViewType },
    }),
  });
  await untilActive(client, table.name);
}

type Index = z.infer<typeof Index>;

const indexInput = ({ IndexName, KeySchema, Projection, ProvisionedThroughput }: Index, provisioned: boolean) => ({
  IndexName,
  KeySchema,
  Projection,
  ...(provisioned && ProvisionedThroughput && { ProvisionedThroughput }),
});

async function alignTable(
  client: DynamoDbClient,
  table: Resource,
  wanted: TableProperties,
  existing: Described,
): Promise<void> {
  const differs = (what: string) =>
    new StartError(`${where(table)} exists with ${what} other than the template's.`, 'incompatible-state');
  if (keysOf(wanted.KeySchema, wanted) !== keysOf(existing.KeySchema, existing)) throw differs('keys');
  const stream = existing.StreamSpecification?.StreamEnabled ? existing.StreamSpecification.StreamViewType : undefined;
  if (stream !== wanted.StreamSpecification?.StreamViewType) throw differs('a stream');
  const local = (of: TableProperties | Described) => of.LocalSecondaryIndexes.map((index) => shapeOf(index, of)).sort();
  if (local(wanted).join('\n') !== local(existing).join('\n')) throw differs('local indexes');

  for (const index of wanted.GlobalSecondaryIndexes) {
    const present = existing.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === index.IndexName);
    if (!present) await updateIndexes(client, table, wanted, { Create: indexInput(index, false) });
    else if (shapeOf(present, existing) !== shapeOf(index, wanted)) throw differs(`an index ${index.IndexName}`);
  }
  for (const { IndexName } of existing.GlobalSecondaryIndexes) {
    if (wanted.GlobalSecondaryIndexes.some((index) => index.IndexName === IndexName)) continue;
    await updateIndexes(client, table, wanted, { Delete: { IndexName } });
  }
}

const keysOf = (keys: TableProperties['KeySchema'], { AttributeDefinitions }: TableProperties | Described) =>
  keys
    .map(({ AttributeName, KeyType }) => {
      const type = AttributeDefinitions.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType;
      return `${KeyType} ${AttributeName} ${type}`;
    })
    .sort()
    .join();

function shapeOf(index: Index, table: TableProperties | Described): string {
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = index.Projection;
  return `${index.IndexName} ${keysOf(index.KeySchema, table)} ${ProjectionType} ${NonKeyAttributes.toSorted().join()}`;
}

async function updateIndexes(client: DynamoDbClient, table: Resource, wanted: TableProperties, update: unknown) {
  try {
    await client.call('UpdateTable', {
      TableName: table.name,
      AttributeDefinitions: wanted.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [update],
    });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw new StartError(
      `${where(table)} cannot be changed to the template's indexes: ${error.message}.`,
      'incompatible-state',
    );
  }
  await untilActive(client, table.name);
}

async function untilActive(client: DynamoDbClient, name: string): Promise<void> {
  while (true) {
    const table = await describe(client, name);
    if (table?.TableStatus === 'ACTIVE' && table.GlobalSecondaryIndexes.every((i) => i.IndexStatus === 'ACTIVE'))
      return;
    await sleep(10);
  }
}

async function alignTimeToLive(client: DynamoDbClient, table: Resource, wanted: TableProperties): Promise<void> {
  const { TimeToLiveDescription } = await client.call('DescribeTimeToLive', { TableName: table.name });
  const now = z
    .object({ TimeToLiveStatus: z.string(), AttributeName: z.string().optional() })
    .parse(TimeToLiveDescription ?? { TimeToLiveStatus: 'DISABLED' });
  const enabled = now.TimeToLiveStatus === 'ENABLED' || now.TimeToLiveStatus === 'ENABLING';
  const attribute = wanted.TimeToLiveSpecification?.Enabled ? wanted.TimeToLiveSpecification.AttributeName : undefined;
  if (attribute === (enabled ? now.AttributeName : undefined)) return;
  const update = (AttributeName: string | undefined, Enabled: boolean) =>
    client.call('UpdateTimeToLive', {
      TableName: table.name,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
  if (enabled) await update(now.AttributeName, false);
  if (attribute) await update(attribute, true);
}
