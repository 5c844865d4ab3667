import type { LocalContext, Deliver, Running, Support } from '../context.ts';
import { createDynamoDbClient } from './client.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { type Authorize, type StreamMapping, streamMappingsOf } from './stream-mapping-config.ts';
import { openPositions } from './stream-positions.ts';
import { createStreamReader } from './stream-reader.ts';
import { followShard, type Following } from './stream-shard.ts';
import { createSignal, type Signal } from './stream-signal.ts';

export const supports: Support = {
  'AWS::Lambda::EventSourceMapping': {
    effective: [
      'BatchSize',
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'Enabled',
      'EventSourceArn',
      'FilterCriteria',
      'FunctionName',
      'FunctionResponseTypes',
      'MaximumBatchingWindowInSeconds',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'ParallelizationFactor',
      'StartingPosition',
      'TumblingWindowInSeconds',
    ],
    // Names, keys and measurements of the deployed mapping.
    inert: ['KmsKeyArn', 'MetricsConfig', 'Tags'],
  },
};

type Parts = {
  dynamodb: { endpoint: string; onWrite: (tableName: string, wake: () => void) => () => void };
  lambda: { invoke: (arn: string, payload: string) => Promise<InvokeResult> };
  iam: { authorize: Authorize };
  deliver: Deliver;
};

/** Time that running invocations get to end when the engine stops; what has not ended by then comes again. */
const stopGraceMs = 2000;
const retryMs = 1000;

/**
 * Hands the template's table streams to their functions: in order per shard, at least once. A batch that keeps failing
 * blocks its shard, as on AWS, until the mapping's limits discard it. Throws StartError for a mapping that AWS would
 * refuse or that is not available locally.
 */
export function startStreamMappings(context: LocalContext, { dynamodb, lambda, iam, deliver }: Parts): Running {
  const client = createDynamoDbClient(dynamodb.endpoint);
  const mappings = streamMappingsOf(context.template, iam.authorize).map((mapping) => {
    const signal = createSignal();
    const forget = dynamodb.onWrite(mapping.tableName, signal.wake);
    const shards = new Map<string, Following>();
    const positions = openPositions(context.state, mapping.id);
    // Writes bear the database's clock, which nobody moves; it counts in seconds.
    const since = positions.since(mapping.startsAt === 'LATEST' ? Math.floor(context.now() / 1000) * 1000 : 0);
    const reader = createStreamReader(client, mapping, context.template.region, context.now);
    const parts = { context, mapping, reader, positions, since, signal, deliver, invoke: lambda.invoke };
    return { signal, forget, shards, ended: followStream(shards, parts) };
  });

  return {
    pending: () => mappings.reduce((sum, mapping) => sum + pendingOf(mapping), 0),
    stop: async () => {
      for (const { signal, forget } of mappings) {
        forget();
        signal.stop();
      }
      const grace = new Promise((resolve) => setTimeout(resolve, stopGraceMs).unref());
      await Promise.race([Promise.all(mappings.map(({ ended }) => ended)), grace]);
      for (const { signal } of mappings) signal.abandon();
      await client.close();
    },
  };
}

/** A write that was seen but not read yet counts: it may be of interest. */
function pendingOf({ shards, signal }: { shards: Map<string, Following>; signal: Signal }): number {
  const following = [...shards.values()];
  const unreadWrites = following.length === 0 || following.some(({ readUpTo }) => readUpTo < signal.writes()) ? 1 : 0;
  return unreadWrites + following.reduce((sum, { held }) => sum + held, 0);
}

type StreamParts = Parameters<typeof followShard>[1];

/** Follows every shard, a child only when its parent is read to the end. */
async function followStream(shards: Map<string, Following>, parts: StreamParts): Promise<void> {
  const { context, mapping, reader, positions, signal } = parts;
  const running = new Map<string, Promise<void>>();
  while (!signal.isStopped()) {
    try {
      const listed = await reader.shards();
      const open = listed.filter(({ ShardId }) => !positions.isClosed(ShardId));
      const isOpen = (id: string | undefined) => open.some(({ ShardId }) => ShardId === id);
      for (const { ShardId: id, ParentShardId } of open) {
        if (running.has(id) || isOpen(ParentShardId)) continue;
        const following: Following = { held: 0, readUpTo: -1 };
        shards.set(id, following);
        running.set(
          id,
          followShard(id, parts, following).finally(() => {
            shards.delete(id);
            running.delete(id);
          }),
        );
      }
      if (running.size > 0) await Promise.race(running.values());
      else await signal.sleep(retryMs);
    } catch (error) {
      if (signal.isStopped()) return;
      context.log(`Stream of ${nameOf(mapping)} cannot be read: ${String(error)}`);
      await signal.sleep(retryMs);
    }
  }
  await Promise.all(running.values());
}

const nameOf = ({ tableName, id }: StreamMapping) => `${tableName} for ${id}`;
