/** The error document of a failed invocation. */
export type FunctionFailure = { errorType: string; errorMessage: string; trace?: string[] };

/** Result of an invocation. The `payload` of an error is its FunctionFailure as JSON. */
export type InvokeResult =
  | { kind: 'ok'; payload: string }
  | { kind: 'error'; payload: string; errorType: string; errorMessage: string }
  | { kind: 'throttled' };

/** Maximum size of a synchronous request and of its response in bytes. Source: Lambda quotas. */
export const maxSyncBytes = 6_291_556;

export const failed = (failure: FunctionFailure): InvokeResult => ({
  kind: 'error',
  payload: JSON.stringify(failure),
  errorType: failure.errorType,
  errorMessage: failure.errorMessage,
});

/** A failure of the execution environment, which has no stack trace. */
export const platformFailure = (
  errorType: string,
  requestId: string | undefined,
  message: string,
): FunctionFailure => ({
  errorType,
  errorMessage: requestId ? `RequestId: ${requestId} Error: ${message}` : `Error: ${message}`,
});

/** Parses a worker's failure message. */
export const parseFailure = (json: string): FunctionFailure => JSON.parse(json) as FunctionFailure;
