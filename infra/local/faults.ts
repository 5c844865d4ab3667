import type { AwsResponse, AwsCall } from './gateway/aws-call.ts';

/** A call that a function makes of an AWS service. */
export type FunctionCall = { functionName: string; call: AwsCall };

/** What becomes of such a call. */
export type CallFault =
  /** The service answers so and does nothing. */
  | { kind: 'refused'; response: AwsResponse }
  /** The service does it, and the connection drops before the caller learns of it. */
  | { kind: 'response-lost' }
  /** The sandbox that calls dies, `before` the service does anything or `after`. */
  | { kind: 'crash'; when: 'before' | 'after' }
  /** The service does it, but only now: others may get in between. */
  | { kind: 'slow'; milliseconds: number }
  /** The service does `part` of what was asked for; `whole` adds to its response what it did not do. */
  | { kind: 'partial'; part: Buffer; whole: (response: AwsResponse) => AwsResponse };

/**
 * What becomes of an invocation: its sandbox dies before the handler is called, or when the handler has done all and its
 * response is not taken yet, or Lambda has no room for it.
 */
export type InvocationFault = 'crash-before' | 'crash-after' | 'throttled';

/** How a message reaches its queue: so many copies, each this much later. */
type DeliveryFault = { delaysSeconds: number[] };

/**
 * What goes wrong in an engine under test. Each hook is asked once per occasion, in its course, and answers `undefined`
 * where all goes well. Without faults an engine is what it was.
 */
export type Faults = {
  onCall?: (call: FunctionCall) => CallFault | undefined;
  onInvocation?: (invocation: { functionName: string; payload: string }) => InvocationFault | undefined;
  /** Messages that the engine itself sends: of rules, schedules, notifications and destinations. */
  onDelivery?: (delivery: { queueArn: string; body: string }) => DeliveryFault | undefined;
};
