import type { LocalContext, Deliver, Running, Support } from '../context.ts';
import { createDynamoDbClient } from './client.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { type Authorize, type StreamMapping, streamMappingsOf } from './stream-mapping-config.ts';
import { openPositions } from './stream-positions.ts';
import { createStreamReader } from './stream-reader.ts';
import { readShard, type ShardProgress } from './stream-shard.ts';
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
    // Encryption keys and metrics of the deployed mapping.
    inert: ['KmsKeyArn', 'MetricsConfig', 'Tags'],
  },
};

type Parts = {
  dynamodb: { endpoint: string; onWrite: (tableName: string, wake: () => void) => () => void };
  lambda: { invoke: (arn: string, payload: string) => Promise<InvokeResult> };
  iam: { authorize: Authorize };
  deliver: Deliver;
};

/** Time for running invocations to finish when the engine stops; unfinished records are delivered again. */
const stopGraceMs = 2000;
const retryMs = 1000;

/**
 * Delivers the template's table streams to their functions: in order per shard, at least once. A failing batch blocks
 * its shard, as on AWS, until the mapping's limits discard it. Throws StartError for a mapping that AWS refuses to
 * create or that the engine does not support.
 */
export function startStreamMappings(context: LocalContext, { dynamodb, lambda, iam, deliver }: Parts): Running {
  const client = createDynamoDbClient(dynamodb.endpoint);
  const mappings = streamMappingsOf(context.template, iam.authorize).map((mapping) => {
    const signal = createSignal();
    const unsubscribe = dynamodb.onWrite(mapping.tableName, signal.wake);
    const shards = new Map<string, ShardProgress>();
    const positions = openPositions(context.state, mapping.id);
    // Creation times of stream records are in whole seconds.
    const since = positions.since(mapping.startsAt === 'LATEST' ? Math.floor(context.now() / 1000) * 1000 : 0);
    const reader = createStreamReader(client, mapping, context.template.region, context.now);
    const parts = { context, mapping, reader, positions, since, signal, deliver, invoke: lambda.invoke };
    return { signal, unsubscribe, shards, ended: readStream(shards, parts) };
  });

  return {
    pending: () => mappings.reduce((sum, mapping) => sum + pendingOf(mapping), 0),
    stop: async () => {
      for (const { signal, unsubscribe } of mappings) {
        unsubscribe();
        signal.stop();
      }
      const grace = new Promise((resolve) => setTimeout(resolve, stopGraceMs).unref());
      await Promise.race([Promise.all(mappings.map(({ ended }) => ended)), grace]);
      for (const { signal } of mappings) signal.abandon();
      await client.close();
    },
  };
}

/** Counts a reported write as pending until it is read: it may match the filter. */
function pendingOf({ shards, signal }: { shards: Map<string, ShardProgress>; signal: Signal }): number {
  const progress = [...shards.values()];
  const unreadWrites = progress.length === 0 || progress.some(({ readUpTo }) => readUpTo < signal.writes()) ? 1 : 0;
  return unreadWrites + progress.reduce((sum, { unprocessed }) => sum + unprocessed, 0);
}

type StreamParts = Parameters<typeof readShard>[1];

/** Reads every shard; a child shard after its parent is completely read. */
async function readStream(shards: Map<string, ShardProgress>, parts: StreamParts): Promise<void> {
  const { context, mapping, reader, positions, signal } = parts;
  const running = new Map<string, Promise<void>>();
  while (!signal.isStopped()) {
    try {
      const listed = await reader.shards();
      const open = listed.filter(({ ShardId }) => !positions.isClosed(ShardId));
      const isOpen = (id: string | undefined) => open.some(({ ShardId }) => ShardId === id);
      for (const { ShardId: id, ParentShardId } of open) {
        if (running.has(id) || isOpen(ParentShardId)) continue;
        const progress: ShardProgress = { unprocessed: 0, readUpTo: -1 };
        shards.set(id, progress);
        running.set(
          id,
          readShard(id, parts, progress).finally(() => {
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
