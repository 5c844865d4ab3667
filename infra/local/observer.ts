import type { FunctionCall } from './faults.ts';
import type { AwsResponse } from './gateway/aws-call.ts';

/** An invocation that ran to its end, well or not. */
export type EndedInvocation = {
  functionName: string;
  payload: string;
  /** In the sandbox, without the wait for one and without its start. */
  durationMs: number;
};

/** An invocation that ended with an error; what it told of it. */
export type FailedInvocation = { functionName: string; error: string };

/** What a measurement is told of an engine at work. It changes nothing; `faults.ts` has the hooks that do. */
export type Observer = {
  /** A function's call of an AWS service and its response, a fault's too. */
  onResponse?: (made: FunctionCall, response: AwsResponse) => void;
  onInvoked?: (invocation: EndedInvocation) => void;
  onFailed?: (invocation: FailedInvocation) => void;
};
