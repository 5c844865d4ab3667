import type { FunctionCall } from './faults.ts';
import type { AwsResponse } from './gateway/aws-call.ts';

/** A completed invocation, successful or failed. */
export type EndedInvocation = {
  functionName: string;
  payload: string;
  /** Time in the sandbox, excluding the wait for a sandbox and its start. */
  durationMs: number;
  /** Time until a sandbox was free or had started. */
  waitedMs: number;
};

/** An invocation that ended with an error. */
export type FailedInvocation = { functionName: string; error: string };

/** Hooks for measurements. They change no behaviour; `faults.ts` has the hooks that do. */
export type Observer = {
  /** A function's call of an AWS service and its response, including an injected one. */
  onResponse?: (made: FunctionCall, response: AwsResponse) => void;
  onInvoked?: (invocation: EndedInvocation) => void;
  onFailed?: (invocation: FailedInvocation) => void;
};
