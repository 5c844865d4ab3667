import type { CallFault, Faults, FunctionCall, InvocationFault } from '../../../infra/local/faults.ts';
import { type AwsResponse, jsonResponse } from '../../../infra/local/gateway/aws-call.ts';
import { chance } from '../workload/random.ts';
import { identitiesOfEvent, identityOfCall, messageIdentity, parsed, shortName } from './identity.ts';

/** How likely each fault is, once per occasion. */
const probability = {
  throttle: 0.03,
  conflict: 0.04,
  failure: 0.01,
  outage: 0.03,
  partly: 0.03,
  slow: 0.05,
  answerLost: 0.03,
  crashBefore: 0.004,
  crashAfter: 0.006,
  /** Of a crash between the steps of a large order or of a payout, of which there are few. */
  timesBetweenSteps: 10,
  invocationThrottled: 0.01,
  invocationCrashBefore: 0.01,
  invocationCrashAfter: 0.02,
  duplicate: 0.05,
  delay: 0.1,
};
/** A message is given up after ten receives: much fewer faults than that, and it must get through. */
const faultsPerRecord = 2;
/** Batches cannot be told apart by what they are about, so deaths in the middle of them are counted for all. */
const crashesPerConsumer = 2;
const longestDelaySeconds = 20;
/** Of a slow call: many others get in between. */
const longestWaitMs = 80;
/** Of one outage: more than the SDK tries by itself. */
const outageTries = 4;

export type FaultInjector = Faults & {
  begin: () => void;
  /** From now on all goes well. */
  end: () => void;
  isActive: () => boolean;
  /** Faults so far, by kind. */
  counts: () => Map<string, number>;
};

/**
 * Faults, once begun, decided by the seed and by what they befall: the nth time that the same thing is tried, the same becomes of it,
 * in whatever order things happen. How often something is tried still depends on timing; see the README beside this.
 */
export function createFaultInjector(seed: number): FaultInjector {
  const counts = new Map<string, number>();
  const tries = new Map<string, number>();
  const suffered = new Map<string, number>();
  const crashes = new Map<string, number>();
  let isActive = false;

  const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const add = (to: Map<string, number>, key: string) => {
    const next = (to.get(key) ?? 0) + 1;
    to.set(key, next);
    return next;
  };
  /** The fault that this try of `identity` meets, of those that are listed with their likelihood. */
  const befalls = <K extends string>(identity: string, kinds: readonly (readonly [K, number])[]): K | undefined => {
    let left = chance(seed, identity, add(tries, identity));
    return kinds.find(([, likelihood]) => (left -= likelihood) < 0)?.[0];
  };

  const onCall = (made: FunctionCall): CallFault | undefined => {
    if (!isActive) return undefined;
    const { service, operation } = made.call;
    const isWrite = service !== 'dynamodb' || operation === 'TransactWriteItems' || operation === 'UpdateItem';
    const identity = `call ${identityOfCall(made)}`;
    const isOutage = (tries.get(identity) ?? 0) < outageTries && chance(seed, identity, 'outage') < probability.outage;
    const danger = /\/PLACEMENT|Payout/.test(identity) ? probability.timesBetweenSteps : 1;
    const isBatch = operation === 'PutEvents' || operation === 'SendMessageBatch';
    const kind = befalls(identity, [
      ['outage', isOutage ? 1 : 0],
      ['throttled call', probability.throttle],
      ['transaction conflict', operation === 'TransactWriteItems' ? probability.conflict : 0],
      ['failed call', probability.failure],
      ['part of a batch', isBatch ? probability.partly : 0],
      ['slow call', probability.slow],
      ['lost answer', isWrite ? probability.answerLost : 0],
      ['crash before an effect', isWrite ? probability.crashBefore * danger : 0],
      ['crash after an effect', isWrite ? probability.crashAfter * danger : 0],
    ]);
    if (kind === undefined) return undefined;
    const isCrash = kind.startsWith('crash');
    if (isCrash && !/Api/.test(made.functionName)) {
      if (add(crashes, shortName(made.functionName)) > crashesPerConsumer) return undefined;
    }
    count(kind);
    if (isCrash) return { kind: 'crash', when: kind === 'crash before an effect' ? 'before' : 'after' };
    if (kind === 'lost answer') return { kind: 'response-lost' };
    if (kind === 'part of a batch') return halfOf(made);
    if (kind === 'slow call')
      return { kind: 'slow', milliseconds: Math.ceil(chance(seed, identity, 'slow') * longestWaitMs) };
    return { kind: 'refused', response: refusalOf(kind, made) };
  };

  const onInvocation: Faults['onInvocation'] = ({ functionName, payload }) => {
    if (!isActive) return undefined;
    const identities = identitiesOfEvent(functionName, payload);
    if (identities.some((identity) => (suffered.get(identity) ?? 0) >= faultsPerRecord)) return undefined;
    const kind = befalls(`invocation ${identities[0]}`, [
      ['throttled invocation', probability.invocationThrottled],
      ['crash before the handler', probability.invocationCrashBefore],
      ['crash after the handler', probability.invocationCrashAfter],
    ]);
    if (kind === undefined) return undefined;
    for (const identity of identities) add(suffered, identity);
    count(kind);
    return invocationFaults[kind];
  };

  const onDelivery: Faults['onDelivery'] = ({ body }) => {
    if (!isActive) return undefined;
    const identity = `delivery ${messageIdentity(body)}`;
    const kind = befalls(identity, [
      ['duplicate message', probability.duplicate],
      ['delayed message', probability.delay],
    ]);
    if (kind === undefined) return undefined;
    count(kind);
    const delay = Math.ceil(chance(seed, identity, 'delay') * longestDelaySeconds);
    return { delaysSeconds: kind === 'duplicate message' ? [0, delay] : [delay] };
  };

  return {
    onCall,
    onInvocation,
    onDelivery,
    begin: () => {
      isActive = true;
    },
    end: () => {
      isActive = false;
    },
    isActive: () => isActive,
    counts: () => counts,
  };
}

const invocationFaults: Record<string, InvocationFault> = {
  'throttled invocation': 'throttled',
  'crash before the handler': 'crash-before',
  'crash after the handler': 'crash-after',
};

/** What the service would answer, in the words of its protocol. */
function refusalOf(kind: string, { call }: FunctionCall): AwsResponse {
  const { service, operation, body } = call;
  if (kind === 'transaction conflict') return conflictOf(body);
  if (service === 's3') {
    const [status, code] = kind !== 'throttled call' ? [500, 'InternalError'] : [503, 'SlowDown'];
    return {
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>A fault</Message></Error>`,
    };
  }
  if (kind !== 'throttled call') return jsonResponse({ __type: 'InternalServerError', message: 'A fault' }, 500);
  if (operation === 'PutEvents') return entriesRefused(body);
  return jsonResponse({ __type: 'ThrottlingException', message: 'A fault: rate exceeded' }, 400);
}

/** The last action of the transaction meets another transaction. */
function conflictOf(body: Buffer): AwsResponse {
  const { TransactItems: actions } = parsed(body.toString()) as { TransactItems: unknown[] };
  const reasons = actions.map((_, index) => ({ Code: index === actions.length - 1 ? 'TransactionConflict' : 'None' }));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons`;
  return jsonResponse({ __type: 'TransactionCanceledException', message, CancellationReasons: reasons }, 400);
}

/** The service takes the first half of a batch's entries, and is too busy for the others. */
function halfOf({ call: { service, body } }: FunctionCall): CallFault {
  const { Entries: entries, ...rest } = parsed(body.toString()) as { Entries: { Id?: string }[] };
  const taken = entries.slice(0, Math.ceil(entries.length / 2));
  const left = entries.slice(taken.length);
  const whole = (answer: AwsResponse): AwsResponse => {
    const done = parsed(answer.body.toString()) as { Entries?: unknown[]; Successful?: unknown[] };
    if (service === 'events') {
      const refused = left.map(() => ({ ErrorCode: 'ThrottlingException', ErrorMessage: 'A fault' }));
      return jsonResponse({ FailedEntryCount: left.length, Entries: [...(done.Entries ?? []), ...refused] });
    }
    const refused = left.map(({ Id }) => ({ Id, SenderFault: false, Code: 'ServiceUnavailable', Message: 'A fault' }));
    return jsonResponse({ ...done, Failed: refused });
  };
  return { kind: 'partial', part: Buffer.from(JSON.stringify({ ...rest, Entries: taken })), complete: whole };
}

/** The bus takes the request and none of its entries. */
function entriesRefused(body: Buffer): AwsResponse {
  const { Entries: entries } = parsed(body.toString()) as { Entries: unknown[] };
  const refused = entries.map(() => ({ ErrorCode: 'ThrottlingException', ErrorMessage: 'A fault' }));
  return jsonResponse({ FailedEntryCount: entries.length, Entries: refused });
}
