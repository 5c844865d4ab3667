/** The error document that a function, or the platform for it, answers with. */
export type FunctionFailure = { errorType: string; errorMessage: string; trace?: string[] };

/** How an invocation ended. The `payload` of an error is its FunctionFailure as JSON. */
export type InvokeResult =
  | { kind: 'ok'; payload: string }
  | { kind: 'error'; payload: string; errorType: string; errorMessage: string }
  | { kind: 'throttled' };

/** Limit of a synchronous request and of its response, in bytes. Source: Lambda quotas. */
export const maxSyncBytes = 6_291_556;

export const failed = (failure: FunctionFailure): InvokeResult => ({
  kind: 'error',
  payload: JSON.stringify(failure),
  errorType: failure.errorType,
  errorMessage: failure.errorMessage,
});

/** A failure of the sandbox and not of the code in it; Lambda gives no trace for these. */
export const platformFailure = (
  errorType: string,
  requestId: string | undefined,
  message: string,
): FunctionFailure => ({
  errorType,
  errorMessage: requestId ? `RequestId: ${requestId} Error: ${message}` : `Error: ${message}`,
});

/** Reads what a sandbox sent; it comes from our own worker, in this shape. */
export const parseFailure = (json: string): FunctionFailure => JSON.parse(json) as FunctionFailure;
