import type { Mutant } from './mutants.ts';

/** Mistakes in what is told of what happened. */
export const eventMutants: Record<string, Mutant> = {
  'relay-swallows-failures': {
    file: 'functions/event-relay/relay.ts',
    from: 'return { firstFailed: 0, reason: String(error) };',
    to: 'return String(error) ? undefined : undefined;',
    detectedBy: 'every committed event is in the lake',
  },
  'relay-ignores-refused-entries': {
    file: 'functions/event-relay/bus-client.ts',
    from: 'return firstFailed < 0 ? undefined :',
    to: 'return firstFailed < 1 ? undefined :',
    detectedBy: 'every committed event is in the lake',
  },
  'journal-rounds-what-it-writes': {
    file: 'functions/event-journal/decide.ts',
    from: 'const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event)]));',
    to: "const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event).replace('standard', '')]));",
    detectedBy: 'an event in the lake is what was committed',
  },
  'report-forgets-a-file': {
    file: 'functions/nightly-metrics/run/lake-store.ts',
    from: 'inParallel(downloadsAtOnce, await keysOf(date), (key)',
    to: 'inParallel(downloadsAtOnce, (await keysOf(date)).slice(1), (key)',
    detectedBy: 'a day’s report is the sum of its orders',
  },
  'queues-give-up-at-once': {
    file: 'infra/constructs/work-queue.ts',
    from: 'const usualAttempts = 10;',
    to: 'const usualAttempts = 1;',
    detectedBy: 'no dead-letter queue holds what would succeed',
  },
  'sweep-fails-when-all-is-done': {
    file: 'functions/order-intake/expiry/sweep.handler.ts',
    from: 'await endWhatIsOver(cause, { budgetMs })',
    to: "(await endWhatIsOver(cause, { budgetMs }), await Promise.reject(new Error('Not even then')))",
    detectedBy: 'no function fails once the storm is over',
  },
  'nightly-run-is-given-up': {
    file: 'functions/nightly-metrics/schedule/nightly.handler.ts',
    from: 'const request = requestNightly(',
    to: `let refusals = 3;
const request: ReturnType<typeof requestNightly> = (...asked) =>
  refusals-- > 0 ? Promise.reject(new Error('Not yet')) : requestInTime(...asked);
const requestInTime = requestNightly(`,
    detectedBy: 'no dead-letter queue holds what would succeed',
  },
  /** Harmless: the lake has more files, and duplicates are dropped by event id. */
  'journal-names-files-at-random': {
    file: 'functions/event-journal/decide.ts',
    from: "createHash('sha256').update(JSON.stringify(ids))",
    to: "createHash('sha256').update(String(Math.random()))",
  },
  'webhook-refused-is-delivered': {
    file: 'functions/channel-webhooks/deliveries/decide.ts',
    from: 'status >= 200 && status < 300',
    to: 'status >= 200 && status < 600',
    detectedBy: 'a channel takes every event of its orders',
  },
  'webhook-signed-without-its-time': {
    file: 'functions/channel-webhooks/deliveries/signature.ts',
    from: 'update(`${id}.${timestamp}.${body}`)',
    to: 'update(`${id}.${body}`)',
    detectedBy: 'what a channel is told is signed',
  },
};
