import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../gateway/aws-call.ts';
import { streamArnOf } from './dynamodb.ts';
import type { DynamoDbClient } from './client.ts';
import { matches } from '../events/event-pattern.ts';
import type { BatchRecord } from './stream-batch.ts';
import type { StreamMapping } from './stream-mapping-config.ts';

const Shards = z.object({
  Shards: z.array(z.object({ ShardId: z.string(), ParentShardId: z.string().optional() })).default([]),
  LastEvaluatedShardId: z.string().optional(),
});
const Iterator = z.object({ ShardIterator: z.string() });
/** A record of the streams API; TTL deletions have a `userIdentity`. */
const StreamRecord = z.object({
  eventName: z.string(),
  eventVersion: z.string().default('1.1'),
  dynamodb: z.looseObject({ SequenceNumber: z.string(), ApproximateCreationDateTime: z.number() }),
  userIdentity: z.looseObject({}).nullish(),
});
const Page = z.object({ Records: z.array(StreamRecord), NextShardIterator: z.string().nullish() });

export type Shard = z.infer<typeof Shards>['Shards'][number];
/** Maximum number of records per GetRecords call. Source: DynamoDB Streams API reference. */
const pageSize = 1000;

/** Reads a mapping's stream and converts its records to Lambda's event format. */
export function createStreamReader(
  client: DynamoDbClient,
  mapping: Pick<StreamMapping, 'streamArn' | 'tableName' | 'filters'>,
  region: string,
  now: () => number = Date.now,
) {
  const streams = (operation: string, input: unknown) => client.call(operation, input, 'DynamoDBStreams_20120810');

  const shards = async (): Promise<Shard[]> => {
    const StreamArn = await streamArnOf(client, mapping.tableName);
    const found: Shard[] = [];
    let ExclusiveStartShardId: string | undefined;
    do {
      const page = await streams('DescribeStream', { StreamArn, ExclusiveStartShardId });
      const { Shards: listed, LastEvaluatedShardId } = Shards.parse(page.StreamDescription);
      found.push(...listed);
      ExclusiveStartShardId = LastEvaluatedShardId;
    } while (ExclusiveStartShardId);
    return found;
  };

  /** An iterator after the given record, or from the oldest record if the given one has been trimmed. */
  const iteratorAfter = async (ShardId: string, sequence: string | undefined): Promise<string> => {
    const StreamArn = await streamArnOf(client, mapping.tableName);
    const from = (position: object) => streams('GetShardIterator', { StreamArn, ShardId, ...position });
    const oldest = { ShardIteratorType: 'TRIM_HORIZON' };
    const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequence };
    try {
      return Iterator.parse(await from(sequence === undefined ? oldest : after)).ShardIterator;
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'TrimmedDataAccessException')) throw error;
      return Iterator.parse(await from(oldest)).ShardIterator;
    }
  };

  const page = async (iterator: string, since: number) => {
    const read = Page.parse(await streams('GetRecords', { ShardIterator: iterator, Limit: pageSize }));
    // The database uses the machine's clock. The creation time is converted to the engine's clock.
    const aheadSeconds = (now() - Date.now()) / 1000;
    const records = read.Records.map((record) =>
      recordOf(onEngineClock(record, aheadSeconds), mapping.streamArn, region),
    );
    return {
      last: read.Records.at(-1)?.dynamodb.SequenceNumber,
      isFull: read.Records.length >= pageSize,
      next: read.NextShardIterator ?? undefined,
      records: records
        .filter((record) => createdAt(record) >= since && isWanted(record, mapping.filters))
        .map((record): BatchRecord => ({
          sequenceNumber: record.dynamodb.SequenceNumber,
          createdAt: createdAt(record),
          json: JSON.stringify(record),
        })),
    };
  };
  return { shards, iteratorAfter, page };
}

const onEngineClock = ({ dynamodb, ...record }: z.infer<typeof StreamRecord>, seconds: number) => ({
  ...record,
  dynamodb: { ...dynamodb, ApproximateCreationDateTime: dynamodb.ApproximateCreationDateTime + Math.round(seconds) },
});

type LambdaRecord = ReturnType<typeof recordOf>;

const createdAt = ({ dynamodb }: LambdaRecord) => dynamodb.ApproximateCreationDateTime * 1000;

const isWanted = (record: LambdaRecord, filters: StreamMapping['filters']) =>
  filters.length === 0 || filters.some((pattern) => matches(pattern, record));

/** Source: Lambda developer guide, example DynamoDB event. Emulators have other regions and event ids. */
function recordOf(
  { eventName, eventVersion, dynamodb, userIdentity }: z.infer<typeof StreamRecord>,
  streamArn: string,
  awsRegion: string,
) {
  const { type, Type = type, principalId, PrincipalId = principalId } = userIdentity ?? {};
  return {
    eventID: createHash('md5').update(`${streamArn} ${dynamodb.SequenceNumber}`).digest('hex'),
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion,
    dynamodb,
    ...(userIdentity && { userIdentity: { type: Type, principalId: PrincipalId } }),
    eventSourceARN: streamArn,
  };
}
