import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from './simulated-store.ts';

const root = join(import.meta.dirname, '../..');

/**
 * A mistake that somebody could make: one text of one source file replaced by another, and the start of the name of an
 * invariant that must then not hold. Without one, the change is harmless and all invariants must hold.
 */
export type BrokenBuild = { file: string; from: string; to: string; breaks?: string };

export const brokenBuilds: Record<string, BrokenBuild> = {
  'take-without-condition': {
    file: 'shared/stock/take.ts',
    from: "ConditionExpression: at.map(({ path, units }) => `${path}.#a >= ${units}`).join(' AND '),",
    to: '',
    breaks: 'nothing is sold that is not there',
  },
  'take-forgets-available': {
    file: 'shared/stock/take.ts',
    from: '`${path}.#a = ${path}.#a - ${units}, ${path}.#r = ${path}.#r + ${units}`',
    to: '`${path}.#r = ${path}.#r + ${units}`',
    breaks: 'available is on hand less reserved less unavailable',
  },
  'order-without-identity': {
    file: 'functions/order-intake/order-writes.ts',
    from: 'Item: { ...item, ...keys }, ...unchangedSince(awaitedVersion) } },',
    to: 'Item: { ...item, ...keys } } },',
    breaks: 'each external order id is one order',
  },
  'order-without-take': {
    file: 'functions/order-intake/store.ts',
    from: `...takes.map((take) => takeAction(stock, take)),
        ...writes({ order,`,
    to: `...takes.slice(1).map((take) => takeAction(stock, take)),
        ...writes({ order,`,
    breaks: 'what is reserved is what open orders wait for',
  },
  'order-confirmed-before-it-is-kept': {
    file: 'functions/order-intake/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done' || outcome === 'lost') return decision;",
    breaks: 'every order that a caller was told of exists',
  },
  'order-replayed-in-new-words': {
    file: 'functions/order-intake/replies.ts',
    from: "return firstAnswer(200, await store.placed(orderId, decision.placedEventId), { 'idempotent-replayed': 'true' });",
    to: 'return { status: 200, body: { ...answerOf(await store.placed(orderId, decision.placedEventId)), again: true } };',
    breaks: 'an order sent again gets its first answer again',
  },
  'changed-content-is-taken-for-a-replay': {
    file: 'functions/order-intake/decide.ts',
    from: 'if (known.order?.contentHash === placement.contentHash) {',
    to: 'if (known.order) {',
    breaks: 'every order that a caller was told of exists',
  },
  'want-of-stock-is-told-after-the-order-is-kept': {
    file: 'functions/order-intake/place.ts',
    from: "if (outcome === 'done') return decision;",
    to: "if (outcome === 'done') return decision.takes.length > 1 ? { kind: 'out-of-stock', lines: [] } : decision;",
    breaks: 'content that was refused did not become an order',
  },
  'movement-without-identity': {
    file: 'functions/stock-update/store.ts',
    from: `Item: { ...movementKey(movementId), movementId, contentHash: hash },
              ConditionExpression: 'attribute_not_exists(pk)',`,
    to: 'Item: { ...movementKey(movementId), movementId, contentHash: hash },',
    breaks: 'a movement is applied once',
  },
  'movement-beside-the-ledger': {
    file: 'functions/stock-update/store.ts',
    from: '{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } },',
    to: "...(event.detail.data.type === 'damage' ? [] : [{ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } }]),",
    breaks: 'the movements of a SKU sum to its counters',
  },
  'relay-swallows-failures': {
    file: 'functions/event-relay/relay.ts',
    from: 'return { firstFailed: 0, reason: String(error) };',
    to: 'return String(error) ? undefined : undefined;',
    breaks: 'every committed event is in the lake',
  },
  'relay-ignores-refused-entries': {
    file: 'functions/event-relay/bus.ts',
    from: 'return firstFailed < 0 ? undefined :',
    to: 'return firstFailed < 1 ? undefined :',
    breaks: 'every committed event is in the lake',
  },
  'journal-rounds-what-it-writes': {
    file: 'functions/event-journal/decide.ts',
    from: 'const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event)]));',
    to: "const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event).replace('standard', '')]));",
    breaks: 'an event in the lake is what was committed',
  },
  'report-forgets-a-file': {
    file: 'functions/nightly-metrics/lake.ts',
    from: 'inParallel(downloadsAtOnce, await keysOf(date), (key)',
    to: 'inParallel(downloadsAtOnce, (await keysOf(date)).slice(1), (key)',
    breaks: 'a day’s report is the sum of its orders',
  },
  'queues-give-up-at-once': {
    file: 'infra/constructs/work-queue.ts',
    from: 'const attempts = 5;',
    to: 'const attempts = 1;',
    breaks: 'no dead-letter queue holds what would succeed',
  },
  /** Harmless: the lake has more files, and duplicates are dropped by event id. */
  'journal-names-files-at-random': {
    file: 'functions/event-journal/decide.ts',
    from: "createHash('sha256').update(JSON.stringify(ids))",
    to: "createHash('sha256').update(String(Math.random()))",
  },
};

/** Synthesises a copy of this checkout with the mistake in it; calls `use` with its directory and removes it after. */
export async function withBrokenBuild<T>(
  { file, from, to }: BrokenBuild,
  use: (cdkOut: string) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'storeworks-broken-'));
  try {
    for (const part of ['functions', 'shared', 'infra', 'package.json', 'cdk.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const source = readFileSync(join(copy, file), 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} does not have this text once: ${from}`);
    writeFileSync(
      join(copy, file),
      source.replace(from, () => to),
    );
    const cdkOut = join(copy, 'cdk.out');
    synthesise(copy, cdkOut);
    return await use(cdkOut);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
