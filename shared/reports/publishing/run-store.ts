import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Cause, NewEvent } from '../../contracts/define-event.ts';
import { ReportRun } from '../../contracts/reports/routes.ts';
import { outboxItem } from '../../dynamodb/outbox.ts';
import { isConditionalCheckFailed } from '../../dynamodb/retry-on-conflict.ts';
import { type InForce, PublishedDay, type VersionClaim } from './publication.ts';

/** Result of a completed run. `changed` is whether it put a new version in force; `repaired`: files of a forced run. */
export type RunOutcome = { version: number; changed: boolean; manifest: string; repaired?: number };

export const runPk = (runId: string) => `RUN#${runId}`;
export const runKey = (runId: string) => ({ pk: runPk(runId), sk: 'RUN' });
const dayKey = (date: string) => ({ pk: `DAY#${date}`, sk: 'DAY' });
const maxErrorLength = 500;

type RunOfDay = { runId: string; date: string };

/** The events of runs: the one that starts a run, and the one of its result. */
type RunEvents = {
  requested: (run: RunOfDay, cause: Cause) => NewEvent;
  completed: (run: RunOfDay, outcome: RunOutcome, cause: Cause) => NewEvent;
};

/** Runs, and the versions of what they publish of each business day, in the table of their workflow. */
export const createPublishingStore = (db: DynamoDBDocumentClient, table: string, events: RunEvents) => {
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
      const event = outboxItem(runPk(runId), events.requested({ runId, date }, cause));
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

    async readDay(date: string): Promise<PublishedDay> {
      const found = await item(dayKey(date));
      return found ? PublishedDay.parse(found) : { date };
    },

    /** Claims the next version if no other was claimed since `before` was read. */
    async claim(before: PublishedDay, claim: VersionClaim): Promise<'done' | 'version-conflict'> {
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
    async complete({ runId, date }: RunOfDay, outcome: RunOutcome, cause: Cause): Promise<void> {
      const { version, changed, manifest, repaired } = outcome;
      const event = events.completed({ runId, date }, outcome, cause);
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

export type PublishingStore = ReturnType<typeof createPublishingStore>;

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
