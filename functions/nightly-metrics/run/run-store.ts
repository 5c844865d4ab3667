import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionalCheckFailed } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRunCompleted, ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { ReportRun } from '../../../shared/contracts/reports/routes.ts';
import { BusinessDay } from '../../../shared/names.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

/** The newest version number given out, and for which bytes: whoever has the same bytes writes the same version. */
const Claim = z.object({ version: z.int().positive(), files: z.string(), runId: z.string(), claimedAt: z.string() });
export type Claim = z.infer<typeof Claim>;

/** The version in force, the digest of its figures, and the run that put it in force. */
const InForce = z.object({ version: z.int().positive(), data: z.string(), runId: z.string(), writtenAt: z.string() });
type InForce = z.infer<typeof InForce>;

const DayItem = z.object({ date: BusinessDay, claim: Claim.optional(), inForce: InForce.optional() });
export type Day = z.infer<typeof DayItem>;

/** How a run ended well. */
export type Outcome = { version: number; changed: boolean; manifest: string };

const runPk = (runId: string) => `RUN#${runId}`;
const runKey = (runId: string) => ({ pk: runPk(runId), sk: 'RUN' });
const dayKey = (date: string) => ({ pk: `DAY#${date}`, sk: 'DAY' });
const errorLength = 500;

export const createReportStore = (db: DynamoDBDocumentClient, table: string) => {
  const item = async (Key: { pk: string; sk: string }) =>
    (await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const update = (input: Omit<UpdateCommand['input'], 'TableName'>) =>
    db.send(new UpdateCommand({ TableName: table, ...input }));

  return {
    /** Records a run together with the event that starts it. The same id again is the same run. */
    async request(runId: string, date: string, cause: Cause): Promise<{ run: ReportRun; isNew: boolean }> {
      const requestedAt = new Date(cause.now).toISOString();
      const run: ReportRun = { runId, date, status: 'requested', requestedAt };
      const event = outboxItem(runPk(runId), newEvent(ReportRunRequested, { runId, date }, cause));
      const isNew = await unlessConditionFails(() =>
        db.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName: table,
                  Item: { ...runKey(runId), ...run },
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              },
              { Put: { TableName: table, Item: event } },
            ],
          }),
        ),
      );
      if (isNew) return { run, isNew };
      return { run: ReportRun.parse(await item(runKey(runId))), isNew };
    },

    async run(runId: string): Promise<ReportRun | undefined> {
      const found = await item(runKey(runId));
      return found && ReportRun.parse(found);
    },

    /** Notes that work on a run has begun, again if need be. */
    async start(runId: string): Promise<'started' | 'already-completed'> {
      const isStarted = await unlessConditionFails(() =>
        update({
          Key: runKey(runId),
          UpdateExpression: 'SET #status = :running REMOVE #error',
          ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
          ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
          ExpressionAttributeValues: { ':running': 'running', ':completed': 'completed' },
        }),
      );
      return isStarted ? 'started' : 'already-completed';
    },

    /** Shows why a run failed, until it is tried again. */
    async fail(runId: string, error: string): Promise<void> {
      await unlessConditionFails(() =>
        update({
          Key: runKey(runId),
          UpdateExpression: 'SET #status = :failed, #error = :error',
          ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
          ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
          ExpressionAttributeValues: {
            ':failed': 'failed',
            ':completed': 'completed',
            ':error': error.slice(0, errorLength),
          },
        }),
      );
    },

    async day(date: string): Promise<Day> {
      const found = await item(dayKey(date));
      return found ? DayItem.parse(found) : { date };
    },

    /** Claims a version that nobody claimed before. Fails if another was claimed after `before` was read. */
    async claim(before: Day, claim: Claim): Promise<'claimed' | 'overtaken'> {
      const isClaimed = await unlessConditionFails(() =>
        update({
          Key: dayKey(before.date),
          UpdateExpression: 'SET #date = :date, claim = :claim',
          ConditionExpression: before.claim ? 'claim.version = :before' : 'attribute_not_exists(claim)',
          ExpressionAttributeNames: { '#date': 'date' },
          ExpressionAttributeValues: {
            ':date': before.date,
            ':claim': claim,
            ...(before.claim && { ':before': before.claim.version }),
          },
        }),
      );
      return isClaimed ? 'claimed' : 'overtaken';
    },

    /** Puts a finished version in force, unless it or a newer one is. */
    async putInForce(date: string, inForce: InForce): Promise<'put' | 'overtaken'> {
      const isPut = await unlessConditionFails(() =>
        update({
          Key: dayKey(date),
          UpdateExpression: 'SET inForce = :inForce',
          ConditionExpression:
            'attribute_exists(claim) AND (attribute_not_exists(inForce) OR inForce.version < :version)',
          ExpressionAttributeValues: { ':inForce': inForce, ':version': inForce.version },
        }),
      );
      return isPut ? 'put' : 'overtaken';
    },

    /** Completes a run together with the event that tells of it; nothing happens if it is complete. */
    async complete({ runId, date }: { runId: string; date: string }, outcome: Outcome, cause: Cause): Promise<void> {
      const { version, changed, manifest } = outcome;
      const event = newEvent(ReportRunCompleted, { runId, date, version, changed }, cause);
      await unlessConditionFails(() =>
        db.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Update: {
                  TableName: table,
                  Key: runKey(runId),
                  UpdateExpression:
                    'SET #status = :completed, completedAt = :at, version = :version, changed = :changed, ' +
                    'manifest = :manifest REMOVE #error',
                  ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
                  ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
                  ExpressionAttributeValues: {
                    ':completed': 'completed',
                    ':at': new Date(cause.now).toISOString(),
                    ':version': version,
                    ':changed': changed,
                    ':manifest': manifest,
                  },
                },
              },
              { Put: { TableName: table, Item: outboxItem(runPk(runId), event) } },
            ],
          }),
        ),
      );
    },
  };
};

export type ReportStore = ReturnType<typeof createReportStore>;

/** Whether the write was done; false if its condition did not hold. */
async function unlessConditionFails(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || isConditionalCheckFailed(error)) return false;
    throw error;
  }
}
