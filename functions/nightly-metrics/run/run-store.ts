import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isConditionalCheckFailed } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRunCompleted, ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { ReportRun } from '../../../shared/contracts/reports/routes.ts';
import { BusinessDay } from '../../../shared/names.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

/** The newest version number and the digest of its files: a run that built the same files writes the same version. */
const VersionClaim = z.object({
  version: z.int().positive(),
  files: z.string(),
  runId: z.string(),
  claimedAt: z.string(),
  /** The version that it replaces, with which `changes.csv` compares it. */
  base: z.int().positive().optional(),
});
export type VersionClaim = z.infer<typeof VersionClaim>;

/** The version in force, the digest of its figures, and the run that put it in force. */
const InForce = z.object({
  version: z.int().positive(),
  data: z.string(),
  /** Digest of all its files; absent before 2026-12-01. */
  files: z.string().optional(),
  runId: z.string(),
  writtenAt: z.string(),
});
export type InForce = z.infer<typeof InForce>;

const DayItem = z.object({
  date: BusinessDay,
  claim: VersionClaim.optional(),
  inForce: InForce.optional(),
  /** The version that `tables/` has. */
  tables: z.int().positive().optional(),
});
export type Day = z.infer<typeof DayItem>;

/** Result of a completed run. `changed` is whether it put a new version in force; `repaired`: files of a forced run. */
export type RunOutcome = { version: number; changed: boolean; manifest: string; repaired?: number };

export const runPk = (runId: string) => `RUN#${runId}`;
export const runKey = (runId: string) => ({ pk: runPk(runId), sk: 'RUN' });
const dayKey = (date: string) => ({ pk: `DAY#${date}`, sk: 'DAY' });
const maxErrorLength = 500;

/** Report runs, and the version of each day's reports. */
export const createRunStore = (db: DynamoDBDocumentClient, table: string) => {
  const item = async (Key: { pk: string; sk: string }) =>
    (await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const update = (input: Omit<UpdateCommand['input'], 'TableName'>) =>
    db.send(new UpdateCommand({ TableName: table, ...input }));

  return {
    /** Stores a run and the event that starts it. For a known id, returns the stored run. */
    async request(
      runId: string,
      date: string,
      cause: Cause,
      { force = false } = {},
    ): Promise<{ run: ReportRun; isNew: boolean }> {
      const requestedAt = new Date(cause.now).toISOString();
      const run: ReportRun = { runId, date, status: 'requested', requestedAt, ...(force && { force }) };
      const event = outboxItem(runPk(runId), newEvent(ReportRunRequested, { runId, date }, cause));
      const isNew = await writeIfConditionHolds(() =>
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

    async read(runId: string): Promise<ReportRun | undefined> {
      const found = await item(runKey(runId));
      return found && ReportRun.parse(found);
    },

    /** Sets the status of a run to running, also after a failed attempt. */
    async start(runId: string): Promise<'started' | 'already-completed'> {
      const isStarted = await writeIfConditionHolds(() =>
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

    /** Sets the status of a run to failed, with its error, until the next attempt. */
    async fail(runId: string, error: string): Promise<void> {
      await writeIfConditionHolds(() =>
        update({
          Key: runKey(runId),
          UpdateExpression: 'SET #status = :failed, #error = :error',
          ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
          ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
          ExpressionAttributeValues: {
            ':failed': 'failed',
            ':completed': 'completed',
            ':error': error.slice(0, maxErrorLength),
          },
        }),
      );
    },

    async readDay(date: string): Promise<Day> {
      const found = await item(dayKey(date));
      return found ? DayItem.parse(found) : { date };
    },

    /** Claims the next version if no other was claimed since `before` was read. */
    async claim(before: Day, claim: VersionClaim): Promise<'done' | 'version-conflict'> {
      const isClaimed = await writeIfConditionHolds(() =>
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
      return isClaimed ? 'done' : 'version-conflict';
    },

    /** Puts a written version in force if the version in force is older. */
    async putInForce(date: string, inForce: InForce): Promise<'done' | 'version-conflict'> {
      const isPut = await writeIfConditionHolds(() =>
        update({
          Key: dayKey(date),
          UpdateExpression: 'SET inForce = :inForce',
          ConditionExpression:
            'attribute_exists(claim) AND (attribute_not_exists(inForce) OR inForce.version < :version)',
          ExpressionAttributeValues: { ':inForce': inForce, ':version': inForce.version },
        }),
      );
      return isPut ? 'done' : 'version-conflict';
    },

    /** Records that `tables/` has a version, or a newer one. */
    async recordTables(date: string, version: number): Promise<void> {
      await writeIfConditionHolds(() =>
        update({
          Key: dayKey(date),
          UpdateExpression: 'SET #tables = :version',
          ConditionExpression: 'attribute_not_exists(#tables) OR #tables < :version',
          ExpressionAttributeNames: { '#tables': 'tables' },
          ExpressionAttributeValues: { ':version': version },
        }),
      );
    },

    /** Completes a run and stores its event; has no effect on a completed run. */
    async complete({ runId, date }: { runId: string; date: string }, outcome: RunOutcome, cause: Cause): Promise<void> {
      const { version, changed, manifest, repaired } = outcome;
      const event = newEvent(ReportRunCompleted, { runId, date, version, changed }, cause);
      await writeIfConditionHolds(() =>
        db.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Update: {
                  TableName: table,
                  Key: runKey(runId),
                  UpdateExpression:
                    'SET #status = :completed, completedAt = :at, version = :version, changed = :changed, ' +
                    `manifest = :manifest${repaired === undefined ? '' : ', repaired = :repaired'} REMOVE #error`,
                  ConditionExpression: 'attribute_exists(pk) AND #status <> :completed',
                  ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
                  ExpressionAttributeValues: {
                    ':completed': 'completed',
                    ':at': new Date(cause.now).toISOString(),
                    ':version': version,
                    ':changed': changed,
                    ':manifest': manifest,
                    ...(repaired !== undefined && { ':repaired': repaired }),
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

export type RunStore = ReturnType<typeof createRunStore>;

/** Whether the item was written; false if the condition did not hold. */
async function writeIfConditionHolds(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || isConditionalCheckFailed(error)) return false;
    throw error;
  }
}
