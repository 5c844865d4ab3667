import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import { invalidParameter } from './message.ts';
import type { MessageStore, StoredQueue } from './store.ts';

type Task = {
  id: number;
  source_arn: string;
  destination_arn: string | null;
  per_second: number | null;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  started_at: number;
  moved: number;
  to_move: number;
  failure: string | null;
};

type Request = {
  SourceArn: string;
  DestinationArn?: string | undefined;
  MaxNumberOfMessagesPerSecond?: number | undefined;
};

/** Messages per transaction of a task without a rate limit. */
const stepSize = 50;

/**
 * Redrive of dead-letter queues (StartMessageMoveTask). A task's progress is stored in the transaction that moves the
 * messages; a running task continues after a restart.
 */
export function createMoveTasks(context: LocalContext, queues: Map<string, StoredQueue>, store: MessageStore) {
  const { db, transaction } = context.state;
  const add = db.prepare(
    `INSERT INTO sqs_move_tasks (source_arn, destination_arn, per_second, status, started_at, moved, to_move)
     VALUES (?, ?, ?, 'RUNNING', ?, 0, ?)`,
  );
  const byId = db.prepare('SELECT * FROM sqs_move_tasks WHERE id = ?');
  const bySource = db.prepare('SELECT * FROM sqs_move_tasks WHERE source_arn = ? ORDER BY id DESC LIMIT ?');
  const running = db.prepare("SELECT * FROM sqs_move_tasks WHERE status = 'RUNNING'");
  const progress = db.prepare('UPDATE sqs_move_tasks SET moved = moved + ? WHERE id = ?');
  const end = db.prepare('UPDATE sqs_move_tasks SET status = ?, failure = ? WHERE id = ?');

  const existing = (arn: string, parameter: string): StoredQueue => {
    const queue = queues.get(arn);
    if (queue) return queue;
    const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw new AwsError('ResourceNotFoundException', message, 404);
  };

  function start({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }: Request): string {
    const source = existing(SourceArn, 'SourceArn');
    const destination = DestinationArn === undefined ? undefined : existing(DestinationArn, 'DestinationArn');
    if (!queues.values().some(({ deadLetter }) => deadLetter?.arn === SourceArn)) {
      throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    }
    if (destination === source) throw invalidParameter('Source queue arn and destination queue arn must be different.');
    if (destination && destination.isFifo !== source.isFifo) {
      throw invalidParameter('Source and destination queues must be of one type.');
    }
    if (running.all().some((task) => (task as Task).source_arn === SourceArn)) {
      throw invalidParameter(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const { visible, inFlight, delayed } = store.counts(source);
    const values = [SourceArn, DestinationArn ?? null, MaxNumberOfMessagesPerSecond ?? null, context.now()] as const;
    const { lastInsertRowid } = add.run(...values, visible + inFlight + delayed);
    const task = byId.get(lastInsertRowid) as Task;
    schedule(task, 0);
    return handleOf(task);
  }

  /** Moves one chunk of messages, then schedules the next one. */
  function step(id: number): void {
    if (!db.isOpen) return;
    const task = byId.get(id) as Task;
    const source = queues.get(task.source_arn);
    if (task.status !== 'RUNNING') return;
    try {
      if (!source) throw new Error('AWS.SimpleQueueService.NonExistentQueue');
      const moved = transaction(() => {
        const limit = task.per_second ?? stepSize;
        const count = store.redrive(source, limit, (row) => targetOf(task, row.source_arn));
        progress.run(count, id);
        return count;
      });
      if (moved === 0) end.run('COMPLETED', null, id);
      else schedule(task, task.per_second === null ? 0 : 1000);
    } catch (error) {
      end.run('FAILED', error instanceof Error ? error.message : String(error), id);
      context.log(`The redrive of ${task.source_arn} failed: ${String(error)}`);
    }
  }

  function targetOf(task: Task, sourceArn: string | null): StoredQueue {
    const arn = task.destination_arn ?? sourceArn;
    if (arn === null) throw new Error('CouldNotDetermineMessageSource');
    const target = queues.get(arn);
    if (!target) throw new Error('AWS.SimpleQueueService.NonExistentQueue');
    return target;
  }

  const schedule = ({ id }: Task, delayMs: number) => void setTimeout(step, delayMs, id).unref();
  for (const task of running.all() as Task[]) schedule(task, 0);

  return {
    /** Returns the task's handle. Throws AwsError as SQS does. */
    start,

    list: ({ SourceArn, MaxResults = 1 }: { SourceArn: string; MaxResults?: number | undefined }) => {
      existing(SourceArn, 'SourceArn');
      return (bySource.all(SourceArn, MaxResults) as Task[]).map(describe);
    },

    /** Cancels a running task; returns the number of moved messages. */
    cancel(handle: string): number {
      const task = byId.get(taskIdOf(handle) ?? -1) as Task | undefined;
      if (!task) throw new AwsError('ResourceNotFoundException', 'Task does not exist.', 404);
      if (task.status !== 'RUNNING') {
        throw new AwsError('UnsupportedOperation', 'Task is not in a valid state for this operation.');
      }
      end.run('CANCELLED', null, task.id);
      return task.moved;
    },
  };
}

const handleOf = ({ id, source_arn: sourceArn }: Task): string =>
  Buffer.from(JSON.stringify({ taskId: String(id), sourceArn })).toString('base64');

function taskIdOf(handle: string): number | undefined {
  const [, id] = /^\{"taskId":"(\d+)"/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** The source ARN of a task handle, for the permission check of CancelMessageMoveTask. */
export const sourceOfHandle = (handle: string): string | undefined =>
  /"sourceArn":"([^"]+)"/.exec(Buffer.from(handle, 'base64').toString())?.[1];

const describe = (task: Task) => ({
  ...(task.status === 'RUNNING' && { TaskHandle: handleOf(task) }),
  Status: task.status,
  SourceArn: task.source_arn,
  ...(task.destination_arn !== null && { DestinationArn: task.destination_arn }),
  ...(task.per_second !== null && { MaxNumberOfMessagesPerSecond: task.per_second }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.to_move,
  ...(task.failure !== null && { FailureReason: task.failure }),
  StartedTimestamp: task.started_at,
});
