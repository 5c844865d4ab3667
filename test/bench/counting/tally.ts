import type { Template } from '../../../infra/local/template/template.ts';
import { readUnits } from './read-units.ts';
import type { RecordedCall, Recording } from './recorder.ts';
import { type Charge, chargesOf, type SizeOf } from './write-units.ts';

type FunctionTally = {
  /** For example `order-intake/api`. */
  name: string;
  memoryMb: number;
  invocations: number;
  /** Sum of durations, each rounded up to a ms, as Lambda bills them. */
  billedMs: number;
  /** Time for which each invocation waited for a sandbox. */
  waitedMs: number[];
  /** By Lambda's sampling: the first invocation per second and 5 % of the others. */
  traces: number;
  readUnits: number;
  writeUnits: number;
};

type KeyUnits = { key: string; units: number };

export type Tally = {
  functions: FunctionTally[];
  /** The partition key with the most write units in one second. */
  hottest: KeyUnits;
  /** The partition key with the most write units in the recording. */
  heaviest: KeyUnits;
  /** The item with the most write units in the recording. */
  heaviestItem: KeyUnits & { writes: number };
  /** Writes of stock items. */
  stockWrites: number;
  transactions: { sent: number; conflicts: number; failedConditions: number };
  queueRequests: number;
  busEvents: number;
  objectPuts: number;
  logBytes: number;
};

const chunkBytes = 65_536;
const messagesPerRequest = 10;

/** The billed quantities of a recording on AWS. Scheduled functions are excluded, as they also run without orders. */
export async function tallyOf(recording: Recording, template: Template, sizeOf: SizeOf): Promise<Tally> {
  const names = functionNames(template);
  const isCounted = ({ functionName }: { functionName: string }) => names.has(functionName);
  const calls = recording.calls.filter(isCounted);
  const invocations = recording.invocations.filter(isCounted);
  const charges = await chargesOf(calls, template, sizeOf);

  const functions = [...names].flatMap(([functionName, { name, memoryMb }]): FunctionTally[] => {
    const isOwn = (of: { functionName: string }) => of.functionName === functionName;
    const own = invocations.filter(isOwn);
    if (own.length === 0) return [];
    return [
      {
        name,
        memoryMb,
        invocations: own.length,
        billedMs: sumOf(own, ({ durationMs }) => Math.ceil(durationMs)),
        waitedMs: own.map(({ waitedMs }) => waitedMs),
        traces: tracesOf(own),
        readUnits: sumOf(calls.filter(isOwn), readUnits),
        writeUnits: sumOf(charges.filter(isOwn), ({ units }) => units),
      },
    ];
  });
  return {
    functions,
    hottest: mostOf(charges, secondOf),
    heaviest: mostOf(charges, () => 0),
    heaviestItem: heaviestItemOf(charges),
    stockWrites: charges.filter(({ key }) => key.startsWith('StockTable SKU#')).length,
    transactions: transactionsOf(calls),
    queueRequests: queueRequestsOf(calls, recording.deliveries, invocations),
    busEvents: sumOf(calls, eventsOf),
    objectPuts: calls.filter(({ service, method }) => service === 's3' && method === 'PUT').length,
    logBytes: recording.logBytes,
  };
}

function functionNames(template: Template) {
  const schedules = template.ofType('AWS::Scheduler::Schedule');
  const scheduled = new Set(schedules.map(({ properties }) => (properties.Target as { Arn: string }).Arn));
  const functions = template.ofType('AWS::Lambda::Function').filter(({ arn }) => !scheduled.has(arn));
  return new Map(
    functions.map(({ name, properties: { Description, MemorySize } }) => {
      const [, entry = name] = /: (.+)\.handler\.ts$/.exec(String(Description)) ?? [];
      return [name, { name: entry, memoryMb: Number(MemorySize) }];
    }),
  );
}

const sumOf = <T>(items: readonly T[], numberOf: (item: T) => number) =>
  items.reduce((sum, item) => sum + numberOf(item), 0);

const secondOf = ({ at }: { at: number }) => Math.floor(at / 1000);

const tracesOf = (invocations: { at: number }[]) =>
  sumOf([...Map.groupBy(invocations, secondOf).values()], ({ length }) => 1 + (length - 1) / 20);

/** The partition key with the most units within one period. */
function mostOf(charges: readonly Charge[], periodOf: (charge: Charge) => number): KeyUnits {
  const byPeriod = Map.groupBy(charges, (charge) => `${periodOf(charge)} ${charge.key}`).values();
  const sums = [...byPeriod].map((own) => ({ key: own[0]?.key ?? '', units: sumOf(own, ({ units }) => units) }));
  return sums.sort((a, b) => b.units - a.units)[0] ?? { key: 'no key', units: 0 };
}

function heaviestItemOf(charges: readonly Charge[]): Tally['heaviestItem'] {
  const items = Map.groupBy(
    charges.filter(({ item }) => item !== undefined),
    ({ item = '' }) => item,
  );
  const sums = [...items].map(([key, own]) => ({ key, units: sumOf(own, ({ units }) => units), writes: own.length }));
  return sums.sort((a, b) => b.units - a.units)[0] ?? { key: 'no item', units: 0, writes: 0 };
}

function transactionsOf(calls: readonly RecordedCall[]): Tally['transactions'] {
  const sent = calls.filter(({ operation }) => operation === 'TransactWriteItems');
  const cancelledBy = (code: string) => sent.filter(({ response }) => response.includes(`"Code":"${code}"`)).length;
  return {
    sent: sent.length,
    conflicts: cancelledBy('TransactionConflict'),
    failedConditions: cancelledBy('ConditionalCheckFailed'),
  };
}

/** Sends of functions and rules, and receives and deletes of Lambda's pollers with up to ten messages per request. */
function queueRequestsOf(calls: readonly RecordedCall[], deliveries: number[], invocations: { payload: string }[]) {
  const chunks = (bytes: number) => Math.max(1, Math.ceil(bytes / chunkBytes));
  const sends = calls.filter(({ service }) => service === 'sqs');
  const polls = sumOf(invocations, ({ payload }) => 2 * Math.ceil(queuedMessages(payload) / messagesPerRequest));
  return sumOf(sends, ({ body }) => chunks(Buffer.byteLength(body))) + sumOf(deliveries, chunks) + polls;
}

function queuedMessages(payload: string): number {
  const { Records: records = [] } = JSON.parse(payload) as { Records?: { eventSource: string }[] };
  return records[0]?.eventSource === 'aws:sqs' ? records.length : 0;
}

type Entries = { Entries: { Detail: string; DetailType: string; Source: string }[] };

/** Billed events of a PutEvents call: one per started 64 KB of an entry. */
function eventsOf({ operation, body }: RecordedCall): number {
  if (operation !== 'PutEvents') return 0;
  const { Entries: entries } = JSON.parse(body) as Entries;
  const sizes = entries.map(({ Detail, DetailType, Source }) => Buffer.byteLength(Detail + DetailType + Source) + 14);
  return sumOf(sizes, (bytes) => Math.ceil(bytes / chunkBytes));
}
