import type * as z from 'zod';
import { type AwsCall, AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import { accountOf, checkSystemAttributes, queueAttributesOf, receivedOf } from './responses.ts';
import { checkDraft, md5OfAttributes } from './message.ts';
import { checkBatchSize, checkEntries, within } from './limits.ts';
import { createMoveTasks } from './move-task.ts';
import { draftOf, nameInUrl, type Operation, queryNameOf, readRequest, type RequestOf, requests } from './request.ts';
import type { MessageStore, StoredQueue } from './store.ts';
import type { Row } from './tables.ts';

const purgePauseMs = 60_000;

/** The operations of the SQS API. The returned function handles a call and returns the response's body. */
export function createQueueCalls(context: LocalContext, queues: Map<string, StoredQueue>, store: MessageStore) {
  const byName = new Map(queues.values().map((queue) => [queue.name, queue]));
  const moveTasks = createMoveTasks(context, queues, store);
  const purgedAt = new Map<StoredQueue, number>();

  function named(name: string | undefined, account?: string): StoredQueue {
    const queue = name === undefined ? undefined : byName.get(name);
    if (queue && (account === undefined || account === accountOf(queue))) return queue;
    throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  }
  const addressed = ({ QueueUrl: url }: { QueueUrl: string }) =>
    named(nameInUrl(url), /\/(\d{12})\/[^/]*$/.exec(url)?.[1]);

  function send(queue: StoredQueue, input: Omit<RequestOf<'SendMessage'>, 'QueueUrl'>) {
    const draft = checkDraft(queue, draftOf(input));
    const { messageId, sequenceNumber } = sendCopies(queue, draft);
    const trace = input.MessageSystemAttributes?.AWSTraceHeader;
    return {
      MessageId: messageId,
      MD5OfMessageBody: draft.bodyMd5,
      ...(draft.attributesMd5 !== undefined && { MD5OfMessageAttributes: draft.attributesMd5 }),
      ...(trace && { MD5OfMessageSystemAttributes: md5OfAttributes({ AWSTraceHeader: trace }) }),
      ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    };
  }

  /** Sends one message, or the copies and delays that a test injects into a standard queue. */
  function sendCopies(queue: StoredQueue, draft: ReturnType<typeof checkDraft>) {
    const fault = queue.isFifo ? undefined : context.faults?.onDelivery?.({ queueArn: queue.arn, body: draft.body });
    const [first, ...others] = fault?.delaysSeconds ?? [draft.delaySeconds];
    const sent = store.send(queue, { ...draft, delaySeconds: first });
    for (const delaySeconds of others) store.send(queue, { ...draft, delaySeconds });
    return sent;
  }

  async function receive(input: RequestOf<'ReceiveMessage'>) {
    const queue = addressed(input);
    const max = within('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10);
    const visibility = within(
      'VisibilityTimeout',
      input.VisibilityTimeout ?? queue.visibilityTimeoutSeconds,
      0,
      43_200,
    );
    const waitSeconds = within('WaitTimeSeconds', input.WaitTimeSeconds ?? queue.receiveWaitSeconds, 0, 20);
    const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
    checkSystemAttributes(system);
    const read = () => store.receive(queue, max, visibility);
    const first = read();
    const rows = first.length > 0 || waitSeconds === 0 ? first : await wait(queue, waitSeconds, read);
    const requested = { system, own: input.MessageAttributeNames };
    return rows.length > 0 ? { Messages: rows.map((row) => receivedOf(queue, row, requested)) } : {};
  }

  /** Long polling: receives again when messages become visible, until there is one or the wait time ends. */
  function wait(queue: StoredQueue, seconds: number, read: () => Row[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const unwatch = store.watch(queue, () => {
        try {
          const rows = read();
          if (rows.length > 0) finish(rows);
        } catch (error) {
          reject(error);
        }
      });
      const timer = setTimeout(() => finish([]), seconds * 1000);
      const finish = (rows: Row[]) => {
        clearTimeout(timer);
        unwatch();
        resolve(rows);
      };
    });
  }

  /** Runs the entries in one transaction; a refused entry does not affect the others. */
  function batch<E extends { Id: string }>(entries: E[], run: (entry: E) => object) {
    checkEntries(entries);
    const Successful: object[] = [];
    const Failed: object[] = [];
    context.state.transaction(() => {
      for (const entry of entries) {
        try {
          Successful.push({ Id: entry.Id, ...run(entry) });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Failed.push({ Id: entry.Id, SenderFault: true, Code: queryNameOf(error.code), Message: error.message });
        }
      }
    });
    return { Successful, Failed };
  }

  function changeVisibility(queue: StoredQueue, entry: { ReceiptHandle: string; VisibilityTimeout: number }) {
    store.changeVisibility(queue, entry.ReceiptHandle, within('VisibilityTimeout', entry.VisibilityTimeout, 0, 43_200));
    return {};
  }

  const remove = (queue: StoredQueue, entry: { ReceiptHandle: string }) => {
    store.delete(queue, entry.ReceiptHandle);
    return {};
  };

  function purge(queue: StoredQueue) {
    if (context.now() - (purgedAt.get(queue) ?? -Infinity) < purgePauseMs) {
      throw new AwsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      );
    }
    purgedAt.set(queue, context.now());
    store.purge(queue);
    return {};
  }

  const operations: Record<Operation, (call: AwsCall) => object | Promise<object>> = {
    SendMessage: reading(requests.SendMessage, (input) => send(addressed(input), input)),
    SendMessageBatch: reading(requests.SendMessageBatch, (input) => {
      const queue = addressed(input);
      checkBatchSize(input.Entries.map(draftOf));
      return batch(input.Entries, (entry) => send(queue, entry));
    }),
    ReceiveMessage: reading(requests.ReceiveMessage, receive),
    DeleteMessage: reading(requests.DeleteMessage, (input) => remove(addressed(input), input)),
    DeleteMessageBatch: reading(requests.DeleteMessageBatch, (input) => {
      const queue = addressed(input);
      return batch(input.Entries, (entry) => remove(queue, entry));
    }),
    ChangeMessageVisibility: reading(requests.ChangeMessageVisibility, (input) =>
      changeVisibility(addressed(input), input),
    ),
    ChangeMessageVisibilityBatch: reading(requests.ChangeMessageVisibilityBatch, (input) => {
      const queue = addressed(input);
      return batch(input.Entries, (entry) => changeVisibility(queue, entry));
    }),
    GetQueueUrl: reading(requests.GetQueueUrl, ({ QueueName: name, QueueOwnerAWSAccountId: account }) => ({
      QueueUrl: named(name, account).url,
    })),
    GetQueueAttributes: reading(requests.GetQueueAttributes, (input) => {
      const queue = addressed(input);
      return { Attributes: queueAttributesOf(queue, () => store.counts(queue), input.AttributeNames) };
    }),
    ListQueues: reading(requests.ListQueues, ({ QueueNamePrefix: prefix, ...page }) =>
      pageOf(
        'QueueUrls',
        [...queues.values()].filter(({ name }) => name.startsWith(prefix)),
        page,
      ),
    ),
    PurgeQueue: reading(requests.PurgeQueue, (input) => purge(addressed(input))),
    StartMessageMoveTask: reading(requests.StartMessageMoveTask, (input) => ({ TaskHandle: moveTasks.start(input) })),
    ListMessageMoveTasks: reading(requests.ListMessageMoveTasks, (input) => ({ Results: moveTasks.list(input) })),
    CancelMessageMoveTask: reading(requests.CancelMessageMoveTask, ({ TaskHandle: handle }) => ({
      ApproximateNumberOfMessagesMoved: moveTasks.cancel(handle),
    })),
    ListDeadLetterSourceQueues: reading(requests.ListDeadLetterSourceQueues, (input) => {
      const { arn } = addressed(input);
      // This member name is lower case in the API.
      return pageOf(
        'queueUrls',
        [...queues.values()].filter(({ deadLetter }) => deadLetter?.arn === arn),
        input,
      );
    }),
  };

  return async (call: AwsCall): Promise<object> => {
    if (isOperation(call.operation)) return operations[call.operation](call);
    if (templateOperations.has(call.operation)) {
      throw new AwsError(
        'UnsupportedOperation',
        `${call.operation}: the template defines the queues. Change the CDK app and start again.`,
      );
    }
    throw new AwsError('InvalidAction', `The action ${call.operation} is not valid for this endpoint.`);
  };
}

const templateOperations = new Set([
  'CreateQueue',
  'DeleteQueue',
  'SetQueueAttributes',
  'AddPermission',
  'RemovePermission',
  'TagQueue',
  'UntagQueue',
  'ListQueueTags',
]);
const reading =
  <S extends z.ZodType>(schema: S, run: (input: z.infer<S>) => object | Promise<object>) =>
  (call: AwsCall) =>
    run(readRequest(schema, call));

const isOperation = (name: string): name is Operation => Object.hasOwn(requests, name);

/** A page of queues by name; the token is the last name of the previous page. Without MaxResults, up to 1,000. */
function pageOf(
  member: string,
  queues: StoredQueue[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  const rest = queues.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, MaxResults ?? 1000);
  const last = page.at(-1);
  const more = MaxResults !== undefined && last && rest.length > page.length;
  return {
    [member]: page.map(({ url }) => url),
    ...(more && { NextToken: Buffer.from(last.name).toString('base64url') }),
  };
}
