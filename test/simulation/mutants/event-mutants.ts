import type { Mutant } from './mutants.ts';

/** Mutants of events, webhooks, reports and queues. */
export const eventMutants: Record<string, Mutant> = {
  'relay-ignores-errors': {
    file: 'functions/event-relay/relay.ts',
    from: 'return { firstFailed: 0, reason: String(error) };',
    to: 'return String(error) ? undefined : undefined;',
    detectedBy: 'the lake without duplicates contains every committed event and no other',
  },
  'relay-ignores-failed-entries': {
    file: 'functions/event-relay/bus-client.ts',
    from: 'return firstFailed < 0 ? undefined :',
    to: 'return firstFailed < 1 ? undefined :',
    detectedBy: 'the lake without duplicates contains every committed event and no other',
  },
  'journal-rounds-amounts': {
    file: 'functions/event-journal/decide.ts',
    from: 'const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event)]));',
    to: "const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event).replace('standard', '')]));",
    detectedBy: 'an event in the lake equals the committed event',
  },
  'journal-keeps-personal-data': {
    file: 'functions/event-journal/decide.ts',
    from: "const fields = personalFields.get(event['detail-type']);",
    to: 'const fields = personalFields.get(`no ${event["detail-type"]}`);',
    detectedBy: 'an event in the lake equals the committed event',
  },
  'report-omits-a-lake-file': {
    file: 'shared/lake/lake-store.ts',
    from: 'inParallel(maxParallelDownloads, await keysOf(date), (key)',
    to: 'inParallel(maxParallelDownloads, (await keysOf(date)).slice(1), (key)',
    detectedBy: 'a daily report is the sum of its orders',
  },
  'queue-with-one-receive': {
    file: 'infra/constructs/work-queue.ts',
    from: 'maxReceiveCount = 10,',
    to: 'maxReceiveCount = 1,',
    detectedBy: 'no dead-letter queue holds a message that a redrive would process',
  },
  'sweep-fails-without-due-orders': {
    file: 'functions/order-intake/expiry/sweep.handler.ts',
    from: 'await processDue(cause, { budgetMs })',
    to: "(await processDue(cause, { budgetMs }), await Promise.reject(new Error('A mutant')))",
    detectedBy: 'no function fails after the faults end and the system is quiescent',
  },
  'nightly-run-without-retries': {
    file: 'functions/nightly-metrics/schedule/nightly.handler.ts',
    from: 'const request = requestNightlyRuns(',
    to: `let refusals = 3;
const request: ReturnType<typeof requestNightlyRuns> = (...asked) =>
  refusals-- > 0 ? Promise.reject(new Error('Not yet')) : requestInTime(...asked);
const requestInTime = requestNightlyRuns(`,
    detectedBy: 'no dead-letter queue holds a message that a redrive would process',
  },
  /** Harmless: the lake has more files, and readers remove duplicates by event id. */
  'journal-with-random-file-names': {
    file: 'functions/event-journal/decide.ts',
    from: "createHash('sha256').update(JSON.stringify(ids))",
    to: "createHash('sha256').update(String(Math.random()))",
  },
  'rejected-webhook-counts-as-delivered': {
    file: 'functions/channel-webhooks/endpoints/health.ts',
    from: 'status >= 200 && status < 300',
    to: 'status >= 200 && status < 600',
    detectedBy: 'a channel receives every event of its orders or has it as a dead letter',
  },
  'webhook-signature-without-timestamp': {
    file: 'functions/channel-webhooks/endpoints/signature.ts',
    from: 'update(`${id}.${timestamp}.${body}`)',
    to: 'update(`${id}.${body}`)',
    detectedBy: 'every webhook message is signed, belongs to its channel and matches a committed event',
  },
  'channels-read-reasons-of-staff': {
    file: 'shared/access/back-office.ts',
    from: 'return value === undefined || isPublic ?',
    to: 'return value === undefined || actor ?',
    detectedBy: 'every webhook message is signed, belongs to its channel and matches a committed event',
  },
  'channels-read-no-reason': {
    file: 'shared/access/back-office.ts',
    from: 'return value === undefined || isPublic ?',
    to: 'return value === undefined ?',
    detectedBy: 'every webhook message is signed, belongs to its channel and matches a committed event',
  },
  'every-policy-raises-a-notice': {
    file: 'infra/workflows/refund-approval/policy.ts',
    from: '{ isLooser: [true] }',
    to: '{ isLooser: [true, false] }',
    detectedBy: 'each looser refund policy raises a notice, and no other policy does',
  },
  'no-policy-raises-a-notice': {
    file: 'infra/workflows/refund-approval/policy.ts',
    from: '{ isLooser: [true] }',
    to: "{ isLooser: ['true'] }",
    detectedBy: 'each looser refund policy raises a notice, and no other policy does',
  },
  'ledger-ignores-placements': {
    file: 'functions/ledger/posting/event-facts.ts',
    from: 'return placed(dataOf(OrderPlaced), base);',
    to: "return { of: 'nothing' };",
    detectedBy: 'no placed order waits in the ledger for its placement',
  },
};
