import { globSync, readFileSync } from 'node:fs';
import type { Context, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { raiseAlerts } from '../../../functions/stock-update/alerts/raise-alerts.ts';
import { handleEachMessage } from '../../../shared/lambda/message-batch.ts';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { ofType, resolve } from '../../infra/synthesised.ts';
import { defects, outages, throttling } from '../../support/defects.ts';

const context = {
  awsRequestId: 'request',
  functionName: 'test',
  getRemainingTimeInMillis: () => 30_000,
} as unknown as Context;
const silent = { error: () => undefined };
/** What a handler may throw for one record. */
const failures = [
  ...defects.map(([name, error]) => ({ name, error, isOutage: false })),
  ...[...outages, ...throttling].map(([name, error]) => ({ name, error, isOutage: true })),
];
const places = [0, 1, 2];
const cases = failures.flatMap(({ name, error, isOutage }) =>
  places.map((bad) => [name, bad, error, isOutage] as const),
);

const Message = z.object({ number: z.int() });
const batchOf = (bodies: unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })) as unknown as SQSRecord[],
});
const numbers = [0, 1, 2].map((number) => ({ number }));
type Handle = (number: number) => Promise<void>;

/** Every kit of `shared/lambda` for messages of a queue, as a function of what handles one message. */
const kits: Record<string, (handle: Handle) => (batch: ReturnType<typeof batchOf>) => Promise<unknown>> = {
  queueHandler: (handle) => (batch) =>
    queueHandler({ envelope: Message }, ({ number }) => handle(number))(batch, context),
  queueBatchHandler: (handle) => (batch) =>
    queueBatchHandler(Message, async (messages) => {
      for (const { number } of messages) await handle(number);
      return [];
    })(batch, context),
  handleEachMessage: (handle) => (batch) =>
    handleEachMessage(
      async ({ body }: { messageId: string; receiptHandle: string; body: string }) => {
        await handle(Message.parse(JSON.parse(body)).number);
        return undefined;
      },
      () => Promise.resolve(),
    )(batch.Records, silent),
};

describe.each(Object.entries(kits))('%s', (_kit, of) => {
  test.each(cases)('with %s at record %i retries that record only', async (_name, bad, error) => {
    const handled = new Set<number>();
    const handler = of((number) => {
      if (number === bad) return Promise.reject(error());
      handled.add(number);
      return Promise.resolve();
    });
    expect(await handler(batchOf(numbers))).toEqual({ batchItemFailures: [{ itemIdentifier: `m${bad}` }] });
    expect(handled).toEqual(new Set([0, 1, 2].filter((number) => number !== bad)));
  });

  test.each(['', 'null', '[]', '{"number":"one"}', '\ud800', '{"number":'])(
    'with the body %j retries that record only',
    async (body) => {
      const handled: number[] = [];
      const handler = of((number) => Promise.resolve(void handled.push(number)));
      const response = await handler(batchOf([{ number: 0 }, body, { number: 2 }]));
      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
      expect(new Set(handled)).toEqual(new Set([0, 2]));
    },
  );
});

const image = (units: number) => ({
  sku: { S: 'MUG' },
  levels: { M: { reorderPoint: { N: '5' } } },
  warehouses: { M: { main: { M: { available: { N: String(units) }, reserved: { N: '0' } } } } },
});
const change = (sequence: number) => ({
  dynamodb: {
    SequenceNumber: String(sequence),
    ApproximateCreationDateTime: 1.5,
    OldImage: image(9),
    NewImage: image(3),
  },
});

describe('a stream', () => {
  test.each(cases)(
    'with %s at record %i processes the others in this invocation or the next',
    async (_n, bad, error, isOutage) => {
      const done = new Set<string>();
      const aside: object[] = [];
      let attempts = 0;
      const store = {
        record: (_alert: object, sequence: string) => {
          // An outage passes; any other error stays.
          attempts += sequence === String(bad) ? 1 : 0;
          if (sequence === String(bad) && (!isOutage || attempts === 1)) return Promise.reject(error());
          done.add(sequence);
          return Promise.resolve('done' as const);
        },
      };
      const raise = raiseAlerts(store, (record) => Promise.resolve(void aside.push(record)));
      const records = places.map(change);
      const { batchItemFailures } = await raise(records, silent);
      const from = records.findIndex(
        ({ dynamodb }) => dynamodb.SequenceNumber === batchItemFailures[0]?.itemIdentifier,
      );
      const next = await raise(from < 0 ? [] : records.slice(from), silent);
      expect(next).toEqual({ batchItemFailures: [] });
      expect([
        ...done,
        ...aside.map((record) => (record as ReturnType<typeof change>).dynamodb.SequenceNumber),
      ]).toHaveLength(3);
      expect(done.size).toBeGreaterThanOrEqual(2);
    },
  );

  test('whose failure queue is down too retries the record', async () => {
    const raise = raiseAlerts({ record: () => Promise.reject(new TypeError('defect')) }, () =>
      Promise.reject(new Error('down')),
    );
    expect(await raise([change(0), change(1)], silent)).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
  });
});

/** Tests in which one record fails and the others are handled: file and the start of the test's name. */
type NamedTests = Record<string, [file: string, name: string][]>;

/** The named tests that their file does not have. */
const missingTests = (tests: NamedTests) =>
  Object.values(tests)
    .flat()
    .filter(([file, name]) => !globSync(file).some((found) => hasTest(readFileSync(found, 'utf8'), name)));
const hasTest = (source: string, name: string) => /\(\s*'$/.test(source.slice(0, Math.max(0, source.indexOf(name))));

/** The kit of every function that a queue or stream invokes. Those without one have their own test of a bad record. */
const ownTests: NamedTests = {
  'event-journal/journal.handler.ts': [
    ['test/event-journal/journal.test.ts', 'fails only the messages of a day that could not be written'],
  ],
  'event-relay/relay.handler.ts': [
    ['test/event-relay/relay.test.ts', 'sends the failure queue an entry refused as %s'],
  ],
  'stock-update/alerts/stock-changed.handler.ts': [
    ['test/shared/lambda/one-bad-record.test.ts', 'with %s at record %i processes the others in this invocation'],
  ],
};

test('every function that a queue or stream invokes isolates a bad record by one of these kits', () => {
  const handlers = ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) =>
    resolve(properties.FunctionName).properties.Description.replace(/^.*: /, ''),
  );
  expect(new Set(handlers).size).toBeGreaterThan(15);
  const isIsolated = (handler: string) => {
    const source = readFileSync(`functions/${handler}`, 'utf8');
    return Object.keys(kits).some((kit) => source.includes(`${kit}(`)) || (ownTests[handler] ?? []).length > 0;
  };
  expect([...new Set(handlers)].filter((handler) => !isIsolated(handler))).toEqual([]);
  expect(missingTests(ownTests)).toEqual([]);
});

/** One or more tests of each kind of record that a schedule handles. */
const scheduleTests: NamedTests = {
  'audit-trail/chain/close-days.handler.ts': [],
  'nightly-metrics/schedule/nightly.handler.ts': [
    ['test/nightly-metrics/schedule/nightly-runs.test.ts', 'requests the others: %s'],
  ],
  'nightly-metrics/schedule/watch.handler.ts': [
    ['test/nightly-metrics/schedule/watch-runs.test.ts', 'a run that cannot be read (%s) delays no other'],
  ],
  'order-intake/erasure/expire-personal-data.handler.ts': [
    [
      'test/order-intake/erasure/erase-job.test.ts',
      'of an order that cannot be read (place %i) fails and delays no other',
    ],
  ],
  'order-intake/expiry/sweep.handler.ts': [
    ['test/order-intake/order/process-due-orders.test.ts', 'one order that cannot be parsed does not stop the others'],
  ],
  'order-intake/unfinished-sweep.handler.ts': [
    ['test/order-intake/order/settlement-store.test.ts', 'finishes the other settlements if one fails'],
    ['test/order-intake/placement/chunked-placement.test.ts', 'an abandoned placement that cannot be undone'],
    ['test/order-intake/queue/resend-accepted-job.test.ts', '(place %i) delays no other'],
  ],
  'promotion-scheduling/announcements/announcement-sweep.handler.ts': [
    [
      'test/promotion-scheduling/announcements/announcements.test.ts',
      'a promotion that cannot be announced (place %i) delays no other',
    ],
  ],
  'insights/schedule/watch.handler.ts': [],
  'ledger/check-ledger.handler.ts': [],
  'ledger/reconcile.handler.ts': [
    ['test/ledger/reconciliation/reconcile-job.test.ts', 'a day that cannot be compared (%s) delays no other'],
  ],
  'promotion-scheduling/claim-checks/check-claims.handler.ts': [],
  'promotion-scheduling/nightly-replay.handler.ts': [],
  'promotion-scheduling/repair-promotions.handler.ts': [
    [
      'test/promotion-scheduling/compile/compile-job.test.ts',
      'of a promotion that cannot be read (%s) delays no other',
    ],
  ],
  'refund-approval/payouts/payout-sweep.handler.ts': [
    ['test/refund-approval/payouts/payout-sweep.test.ts', 'a payout that fails (refund %s) delays no other'],
  ],
  'stock-audit/nightly.handler.ts': [],
  'stock-update/alerts/idle-stock.handler.ts': [
    ['test/stock-update/alerts/idle.test.ts', 'an idle alert that fails (place %i) delays no other'],
  ],
  'stock-update/lots/expire-lots.handler.ts': [
    ['test/stock-update/lots/expire-lots.test.ts', 'a SKU whose lots cannot be read (place %i) delays no other'],
  ],
};
/**
 * Schedules that only request one run, and checks that compare sums over all records: without one of the records a check
 * has no result, and repairs nothing. The chain of a day needs the chain of the day before.
 */
const ofOneRecord = [
  'audit-trail/chain/close-days.handler.ts',
  'insights/schedule/watch.handler.ts',
  'ledger/check-ledger.handler.ts',
  'promotion-scheduling/claim-checks/check-claims.handler.ts',
  'promotion-scheduling/nightly-replay.handler.ts',
  'stock-audit/nightly.handler.ts',
];

test('every schedule has a test in which one record fails and the others are handled', () => {
  const handlers = ofType('AWS::Scheduler::Schedule').map(({ properties }) =>
    properties.Description.replace(/^Storeworks /, ''),
  );
  expect(handlers.toSorted()).toEqual(Object.keys(scheduleTests).toSorted());
  const untested = Object.entries(scheduleTests).flatMap(([handler, tests]) => (tests.length === 0 ? [handler] : []));
  expect(untested.toSorted()).toEqual(ofOneRecord);
  expect(missingTests(scheduleTests)).toEqual([]);
});

/** The tests in which one row of an uploaded file fails and the others are imported. */
const importTests: NamedTests = {
  'catalog/catalog-file-uploaded.handler.ts': [
    ['test/catalog/files/catalog-files.test.ts', 'SKU %s'],
    ['test/catalog/files/catalog-files.test.ts', 'price %s'],
    ['test/catalog/files/product-files.test.ts', 'a product %s'],
    ['test/catalog/files/product-files.test.ts', 'a category %s'],
  ],
  'order-intake/import/order-file-uploaded.handler.ts': [
    ['test/order-intake/import/one-bad-order.test.ts', 'of the order %s fails that order only'],
  ],
  'stock-update/file-import/file-uploaded.handler.ts': [
    ['test/stock-update/file-import/one-bad-row.test.ts', 'when the store would %s row %i of a SKU fails it'],
    ['test/stock-update/file-import/one-bad-row.test.ts', 'a transaction that the store refuses for one SKU'],
  ],
};

test('every importer of uploaded files has a test in which one row fails and the others are imported', () => {
  const handlers = globSync('**/*.handler.ts', { cwd: 'functions' }).filter((handler) =>
    readFileSync(`functions/${handler}`, 'utf8').includes('uploadedFiles('),
  );
  const uploads = ofType('AWS::Events::Rule').filter(({ properties }) =>
    JSON.stringify(properties).includes('Object Created'),
  );
  expect(uploads).toHaveLength(handlers.length);
  expect(handlers.toSorted()).toEqual(Object.keys(importTests).toSorted());
  expect(missingTests(importTests)).toEqual([]);
});
