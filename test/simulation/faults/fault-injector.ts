import type { CallFault, Faults, FunctionCall, InvocationFault } from '../../../infra/local/faults.ts';
import { type AwsResponse, jsonResponse } from '../../../infra/local/gateway/aws-call.ts';
import { chance } from '../workload/random.ts';
import { identitiesOfEvent, identityOfCall, messageIdentity, parsed, shortName } from './identity.ts';

/** Probability of each fault for one call, invocation or delivery. */
const probability = {
  throttle: 0.03,
  conflict: 0.04,
  failure: 0.01,
  outage: 0.03,
  partialBatch: 0.03,
  slow: 0.05,
  responseLost: 0.03,
  crashBefore: 0.004,
  crashAfter: 0.006,
  /** Factor for crashes between the chunks of a large order or the steps of a payout, which are rare. */
  crashFactorBetweenSteps: 10,
  invocationThrottled: 0.01,
  invocationCrashBefore: 0.01,
  invocationCrashAfter: 0.02,
  duplicate: 0.05,
  delay: 0.1,
};
/** Far below the queues' `maxReceiveCount` of 10, so that faults alone move no message to a dead-letter queue. */
const faultsPerRecord = 2;
/** A crash within a batch has no stable identity by record, so crashes are limited per consumer. */
const crashesPerConsumer = 2;
/** Reports and the audit's chain make a hundred requests of S3 for one message, and each fault costs one of its deliveries. */
const s3FaultsPerConsumer = 1;
const maxDelaySeconds = 20;
/** Delay of a slow call, in which other calls are handled. */
const maxSlowCallMs = 80;
/** Failed attempts in an outage: more than the SDK's retries. */
const outageAttempts = 4;

export type FaultInjector = Faults & {
  begin: () => void;
  /** No faults from now on. */
  end: () => void;
  isActive: () => boolean;
  /** Injected faults by kind. */
  counts: () => Map<string, number>;
};

/**
 * Injects faults between `begin` and `end`. The seed, the identity of the call, invocation or message, and the number of
 * its attempt decide each fault, in whatever order they occur. How many attempts are made still depends on timing.
 */
export function createFaultInjector(seed: number): FaultInjector {
  const counts = new Map<string, number>();
  const attempts = new Map<string, number>();
  const faultsByRecord = new Map<string, number>();
  const crashes = new Map<string, number>();
  const s3Faults = new Map<string, number>();
  let isActive = false;

  const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const add = (to: Map<string, number>, key: string) => {
    const next = (to.get(key) ?? 0) + 1;
    to.set(key, next);
    return next;
  };
  /** Picks the fault of this attempt from kinds with their probabilities; undefined for none. */
  const faultOf = <K extends string>(identity: string, kinds: readonly (readonly [K, number])[]): K | undefined => {
    let rest = chance(seed, identity, add(attempts, identity));
    return kinds.find(([, probabilityOfKind]) => (rest -= probabilityOfKind) < 0)?.[0];
  };

  const onCall = (made: FunctionCall): CallFault | undefined => {
    if (!isActive) return undefined;
    const { service, operation } = made.call;
    const isWrite = service !== 'dynamodb' || operation === 'TransactWriteItems' || operation === 'UpdateItem';
    const identity = `call ${identityOfCall(made)}`;
    const isOutage =
      (attempts.get(identity) ?? 0) < outageAttempts && chance(seed, identity, 'outage') < probability.outage;
    const crashFactor = /\/PLACEMENT|Payout/.test(identity) ? probability.crashFactorBetweenSteps : 1;
    const isBatch = operation === 'PutEvents' || operation === 'SendMessageBatch';
    const kind = faultOf(identity, [
      ['outage', isOutage ? 1 : 0],
      ['throttled call', probability.throttle],
      ['transaction conflict', operation === 'TransactWriteItems' ? probability.conflict : 0],
      ['failed call', probability.failure],
      ['partial batch', isBatch ? probability.partialBatch : 0],
      ['slow call', probability.slow],
      ['lost response', isWrite ? probability.responseLost : 0],
      ['crash before an effect', isWrite ? probability.crashBefore * crashFactor : 0],
      ['crash after an effect', isWrite ? probability.crashAfter * crashFactor : 0],
    ]);
    if (kind === undefined) return undefined;
    if (service === 's3' && kind !== 'slow call' && add(s3Faults, shortName(made.functionName)) > s3FaultsPerConsumer) {
      return undefined;
    }
    const isCrash = kind.startsWith('crash');
    if (isCrash && !/Api/.test(made.functionName)) {
      if (add(crashes, shortName(made.functionName)) > crashesPerConsumer) return undefined;
    }
    count(kind);
    if (isCrash) return { kind: 'crash', when: kind === 'crash before an effect' ? 'before' : 'after' };
    if (kind === 'lost response') return { kind: 'response-lost' };
    if (kind === 'partial batch') return partialBatch(made);
    if (kind === 'slow call')
      return { kind: 'slow', milliseconds: Math.ceil(chance(seed, identity, 'slow') * maxSlowCallMs) };
    return { kind: 'refused', response: refusalOf(kind, made) };
  };

  const onInvocation: Faults['onInvocation'] = ({ functionName, payload }) => {
    if (!isActive) return undefined;
    const identities = identitiesOfEvent(functionName, payload);
    if (identities.some((identity) => (faultsByRecord.get(identity) ?? 0) >= faultsPerRecord)) return undefined;
    const kind = faultOf(`invocation ${identities[0]}`, [
      ['throttled invocation', probability.invocationThrottled],
      ['crash before the handler', probability.invocationCrashBefore],
      ['crash after the handler', probability.invocationCrashAfter],
    ]);
    if (kind === undefined) return undefined;
    for (const identity of identities) add(faultsByRecord, identity);
    count(kind);
    return invocationFaults[kind];
  };

  const onDelivery: Faults['onDelivery'] = ({ body }) => {
    if (!isActive) return undefined;
    const identity = `delivery ${messageIdentity(body)}`;
    const kind = faultOf(identity, [
      ['duplicate message', probability.duplicate],
      ['delayed message', probability.delay],
    ]);
    if (kind === undefined) return undefined;
    count(kind);
    const delay = Math.ceil(chance(seed, identity, 'delay') * maxDelaySeconds);
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

/** An error response in the service's protocol. */
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

/** A transaction conflict on the item of the last action. */
function conflictOf(body: Buffer): AwsResponse {
  const { TransactItems: actions } = parsed(body.toString()) as { TransactItems: unknown[] };
  const reasons = actions.map((_, index) => ({ Code: index === actions.length - 1 ? 'TransactionConflict' : 'None' }));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons`;
  return jsonResponse({ __type: 'TransactionCanceledException', message, CancellationReasons: reasons }, 400);
}

/** The service accepts the first half of a batch and throttles the other entries. */
function partialBatch({ call: { service, body } }: FunctionCall): CallFault {
  const { Entries: entries, ...rest } = parsed(body.toString()) as { Entries: { Id?: string }[] };
  const accepted = entries.slice(0, Math.ceil(entries.length / 2));
  const throttled = entries.slice(accepted.length);
  const complete = (response: AwsResponse): AwsResponse => {
    const partial = parsed(response.body.toString()) as { Entries?: unknown[]; Successful?: unknown[] };
    if (service === 'events') {
      const failed = throttled.map(() => ({ ErrorCode: 'ThrottlingException', ErrorMessage: 'A fault' }));
      return jsonResponse({ FailedEntryCount: throttled.length, Entries: [...(partial.Entries ?? []), ...failed] });
    }
    const failed = throttled.map(({ Id }) => ({
      Id,
      SenderFault: false,
      Code: 'ServiceUnavailable',
      Message: 'A fault',
    }));
    return jsonResponse({ ...partial, Failed: failed });
  };
  return { kind: 'partial', part: Buffer.from(JSON.stringify({ ...rest, Entries: accepted })), complete };
}

/** The event bus accepts the request and throttles every entry. */
function entriesRefused(body: Buffer): AwsResponse {
  const { Entries: entries } = parsed(body.toString()) as { Entries: unknown[] };
  const refused = entries.map(() => ({ ErrorCode: 'ThrottlingException', ErrorMessage: 'A fault' }));
  return jsonResponse({ FailedEntryCount: entries.length, Entries: refused });
}
