import type { AwsResponse, AwsCall } from './gateway/aws-call.ts';

/** A call of an AWS service by a function. */
export type FunctionCall = { functionName: string; call: AwsCall };

/** A fault injected into such a call. */
export type CallFault =
  /** The service is not called; the caller receives `response`. */
  | { kind: 'refused'; response: AwsResponse }
  /** The service handles the call, and the connection drops before its response. */
  | { kind: 'response-lost' }
  /** The calling sandbox is killed before or after the service handles the call. */
  | { kind: 'crash'; when: 'before' | 'after' }
  /** The service handles the call after a delay, in which other calls may be handled. */
  | { kind: 'slow'; milliseconds: number }
  /** The service handles `part`, the body of a reduced request; `complete` adds the failed entries to its response. */
  | { kind: 'partial'; part: Buffer; complete: (response: AwsResponse) => AwsResponse };

/**
 * A fault injected into an invocation: the sandbox is killed before the handler runs, or after it ran and before its
 * result is returned, or the invocation is throttled.
 */
export type InvocationFault = 'crash-before' | 'crash-after' | 'throttled';

/** Duplicates and delays of a message: one copy for each delay. */
type DeliveryFault = { delaysSeconds: number[] };

/**
 * Hooks that inject faults into an engine under test. The engine calls a hook once per call, invocation or delivery;
 * the hook returns `undefined` for no fault.
 */
export type Faults = {
  onCall?: (call: FunctionCall) => CallFault | undefined;
  onInvocation?: (invocation: { functionName: string; payload: string }) => InvocationFault | undefined;
  /** Messages of rules, schedules, notifications, destinations and SendMessage to a standard queue. */
  onDelivery?: (delivery: { queueArn: string; body: string }) => DeliveryFault | undefined;
};
