import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  PriceDifferencesFound,
  PromotionAnalysisRequested,
} from '../../../shared/contracts/promotions/analysis-events.ts';
import { type analysisKinds, analysisStatuses } from '../../../shared/contracts/promotions/analysis.ts';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Action, type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/settings/snapshot.ts';

/** Largest compressed input or result in the item: DynamoDB's limit is 400 KB for both with all other attributes. */
const maxDataBytes = 180_000;
const maxErrorLength = 500;

const Data = z.instanceof(Uint8Array).transform((data): unknown => decodeSnapshot(data));
const Item = z.object({
  analysisId: z.string(),
  kind: z.enum(['rehearsal', 'effect', 'price-replay']),
  promotionId: z.string().optional(),
  from: z.string(),
  to: z.string(),
  status: z.enum(analysisStatuses),
  requestedAt: z.string(),
  completedAt: z.string().optional(),
  days: z.number(),
  daysDone: z.number(),
  orders: z.number(),
  error: z.string().optional(),
  input: Data.optional(),
  result: Data.optional(),
  files: z.array(z.string()).optional(),
  filesId: z.string().optional(),
  isFinal: z.boolean().optional(),
  version: z.number(),
});
/**
 * An analysis of the orders of past days: `input` is what was asked for, `result` is what was found. `filesId` is the
 * folder of its files where that is not `analysisId`. `isFinal`: nothing is added to what it measures.
 */
export type Analysis = z.infer<typeof Item>;
/** The request that a job runs. A request that is made again has another version. */
type Running = Pick<Analysis, 'analysisId' | 'version'>;
export type AnalysisKind = (typeof analysisKinds)[number];

export type WantedAnalysis = {
  analysisId: string;
  kind: AnalysisKind;
  promotionId?: string | undefined;
  from: string;
  to: string;
  days: number;
  input?: object | undefined;
  /** It replaces a running one that is not final. */
  isFinal?: boolean;
};

const partition = (analysisId: string) => `ANALYSIS#${analysisId}`;
const keyOf = (analysisId: string) => ({ pk: partition(analysisId), sk: 'ANALYSIS' });

export function createAnalysisStore(db: Database, { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string }) {
  /** Changes the request that a job runs, unless it is completed or was made again: a late duplicate changes nothing. */
  const changeOf = (
    { analysisId, version }: Running,
    UpdateExpression: string,
    names: Record<string, string>,
    values: Record<string, unknown>,
  ): Action => ({
    Update: {
      TableName: table,
      Key: keyOf(analysisId),
      UpdateExpression,
      ConditionExpression: '#status <> :completed AND version = :version',
      ExpressionAttributeNames: { '#status': 'status', '#error': 'error', ...names },
      ExpressionAttributeValues: { ':completed': 'completed', ':version': version, ...values },
    },
  });
  const requested = ({ analysisId, kind }: Pick<Analysis, 'analysisId' | 'kind'>, daysDone: number, cause: Cause) =>
    outboxItem(partition(analysisId), newEvent(PromotionAnalysisRequested, { analysisId, kind, daysDone }, cause));

  return {
    async read(analysisId: string): Promise<Analysis | undefined> {
      const { Item: item } = await db.send(
        new GetCommand({ TableName: table, Key: keyOf(analysisId), ConsistentRead: true }),
      );
      return item && Item.parse(item);
    },

    /**
     * Records an analysis with the event that starts it. One with this id that has a result, or failed, is made again;
     * one that runs is returned, unless this one is the final one. `too-large`: nothing was written.
     */
    async request(wanted: WantedAnalysis, cause: Cause): Promise<Analysis | 'too-large'> {
      const { input, ...rest } = wanted;
      const data = input && encodeSnapshot(input);
      if (data && data.byteLength > maxDataBytes) return 'too-large';
      for (;;) {
        const before = await this.read(wanted.analysisId);
        if (before && isRunning(before) && (before.isFinal || !wanted.isFinal)) return before;
        const version = before?.version ?? 0;
        const item = {
          ...rest,
          // A job of an earlier request may still write its files.
          ...(before && { filesId: `${wanted.analysisId}/${version + 1}` }),
          status: 'requested' as const,
          requestedAt: new Date(cause.now).toISOString(),
          daysDone: 0,
          orders: 0,
          version: version + 1,
        };
        const outcome = await transact(db, [
          {
            Put: {
              TableName: table,
              Item: { ...keyOf(wanted.analysisId), ...item, ...(data && { input: data }) },
              ...expectVersion(version),
            },
          },
          { Put: { TableName: table, Item: requested(wanted, 0, cause) } },
        ]);
        if (outcome === 'done') return { ...item, input };
      }
    },

    /** Records how far it is. `version-conflict`: it is completed, or was made again. */
    progress(
      running: Running,
      { daysDone, orders }: { daysDone: number; orders: number },
    ): Promise<'done' | 'version-conflict'> {
      const set = 'SET #status = :running, daysDone = :days, orders = :orders REMOVE #error';
      const values = { ':running': 'running', ':days': daysDone, ':orders': orders };
      return transact(db, [changeOf(running, set, {}, values)]);
    },

    /** Another invocation goes on. */
    async goOn(analysis: Analysis, daysDone: number, cause: Cause): Promise<void> {
      await transact(db, [{ Put: { TableName: table, Item: requested(analysis, daysDone, cause) } }]);
    },

    async fail(running: Running, error: string): Promise<void> {
      const values = { ':failed': 'failed', ':error': error.slice(0, maxErrorLength) };
      await transact(db, [changeOf(running, 'SET #status = :failed, #error = :error', {}, values)]);
    },

    /** Records the result, with an event if prices differ. A result that is too large for the item is in its files only. */
    async complete(running: Running, { result, files, differences }: AnalysisOutcome, cause: Cause): Promise<void> {
      const data = encodeSnapshot(result);
      const isStored = data.byteLength <= maxDataBytes;
      await transact(db, [
        changeOf(
          running,
          `SET #status = :completed, completedAt = :at, files = :files, daysDone = days${isStored ? ', #result = :result' : ''} REMOVE #error${isStored ? '' : ', #result'}`,
          { '#result': 'result' },
          { ':at': new Date(cause.now).toISOString(), ':files': files, ...(isStored && { ':result': data }) },
        ),
        ...(differences
          ? [
              {
                Put: {
                  TableName: table,
                  Item: outboxItem(partition(running.analysisId), newEvent(PriceDifferencesFound, differences, cause)),
                },
              },
            ]
          : []),
      ]);
    },
  };
}
const isRunning = ({ status }: Pick<Analysis, 'status'>) => status === 'requested' || status === 'running';

/** Folder of the files of an analysis. */
export const filesIdOf = ({ analysisId, filesId = analysisId }: Pick<Analysis, 'analysisId' | 'filesId'>) => filesId;

export type AnalysisStore = ReturnType<typeof createAnalysisStore>;

export type AnalysisOutcome = {
  result: object;
  /** Names of its files. */
  files: string[];
  differences?: DataOf<typeof PriceDifferencesFound> | undefined;
};
