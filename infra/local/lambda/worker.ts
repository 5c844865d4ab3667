import { appendFileSync, existsSync, openSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { SandboxData } from './sandbox.ts';

/**
 * The worker of a sandbox: loads one handler, then runs one event at a time. Messages are strings, the cheapest type to
 * pass between threads. In: `<request id> <deadline, ms> <clock offset, ms> <event as JSON>`. Out, by first character:
 * `k` ready, `r` result, `e` the handler threw, `i` the code failed to load, `x` the sandbox ended (the last three with
 * JSON).
 */
const data = workerData as SandboxData;
const port = parentPort as MessagePort;

type Handler = (event: unknown, context: unknown) => unknown;

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

// Node has read it at the start. Lambda does not set this variable.
delete process.env.NODE_COMPILE_CACHE;

/** Clock offset of a test. Set before the handler loads, because it may keep a reference to `Date.now`. */
let aheadMs = 0;
const machineNow = Date.now;
Date.now = () => machineNow() + aheadMs;

redirectOutput(data.logFile);
process.on('unhandledRejection', (reason) => {
  const cause = failureOf(reason);
  endSandbox({
    ...cause,
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: `${cause.errorType}: ${cause.errorMessage}`,
  });
});
process.on('uncaughtException', (error) => endSandbox(failureOf(error)));

try {
  const handler = await loadHandler();
  port.on('message', (message: string) => void run(handler, message));
  port.postMessage('k');
  flushCompileCache();
} catch (error) {
  port.postMessage(`i${JSON.stringify(failureOf(error))}`);
}

async function run(handler: Handler, message: string): Promise<void> {
  const idEnd = message.indexOf(' ');
  const deadlineEnd = message.indexOf(' ', idEnd + 1);
  const aheadEnd = message.indexOf(' ', deadlineEnd + 1);
  const context = contextOf(message.slice(0, idEnd), Number(message.slice(idEnd + 1, deadlineEnd)));
  aheadMs = Number(message.slice(deadlineEnd + 1, aheadEnd));
  try {
    const result = await handler(JSON.parse(message.slice(aheadEnd + 1)), context);
    port.postMessage(`r${serialise(result)}`);
  } catch (error) {
    port.postMessage(`e${JSON.stringify(failureOf(error))}`);
  }
}

/** The handler's second argument; `deadline` in milliseconds since the epoch. */
function contextOf(awsRequestId: string, deadline: number) {
  return {
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId,
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: data.functionName,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function serialise(result: unknown): string {
  try {
    // Lambda returns null for a result without a JSON form.
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

async function loadHandler(): Promise<Handler> {
  const [, file = '', exportPath = ''] = /^((?:.*\/)?[^.]*)\.(.*)$/.exec(data.handler) ?? [];
  const path = ['.js', '.mjs', '.cjs'].map((ending) => join(data.directory, file + ending)).find(existsSync);
  if (!path) throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = await importModule(path);
  // Exports of a CommonJS file which static analysis does not find are on `default` only.
  const found = exportAt(module, exportPath) ?? exportAt(module['default'], exportPath);
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${data.handler} is undefined or not exported`);
  }
  if (found.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24',
    );
  }
  return found as Handler;
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
}

function exportAt(module: unknown, path: string): unknown {
  let found = module;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** The error document of Lambda's Node runtime. */
function failureOf(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function endSandbox(failure: ReturnType<typeof failureOf>): void {
  port.postMessage(`x${JSON.stringify(failure)}`);
  process.exit(128);
}

/** Writes output directly to the log file, which takes no time of the engine's thread. */
function redirectOutput(logFile: string): void {
  const log = openSync(logFile, 'a');
  const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    appendFileSync(log, chunk);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') queueMicrotask(() => void done());
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}
