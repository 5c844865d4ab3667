import { Worker } from 'node:worker_threads';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionFailure, InvokeResult } from './invoke-result.ts';
import { failed, maxSyncBytes, parseFailure, platformFailure } from './invoke-result.ts';

/** Data for a new worker. */
export type SandboxData = {
  directory: string;
  handler: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logFile: string;
};

type Surroundings = {
  environment: Record<string, string>;
  logFile: string;
  /** Directory of the compile cache, which all sandboxes share. */
  compileCache: string;
  now: () => number;
};

type Done = (result: InvokeResult) => void;

/** An execution environment: one worker thread with one loaded handler. It runs one event at a time. */
export type Sandbox = {
  run: (requestId: string, payload: string, done: Done) => void;
  /** False after the sandbox has ended. */
  isOpen: () => boolean;
  /** Time of the last result (`performance.now()`). */
  idleSince: () => number;
  /** Kills the sandbox while its handler runs. */
  crash: () => void;
  stop: () => Promise<void>;
};

type Listener = {
  ready: () => void;
  /** The code failed to load; `ended` follows. */
  initFailed: (failure: FunctionFailure) => void;
  /** The sandbox has ended. Called once, after `done` of the event that was running. */
  ended: () => void;
};

const entry = new URL('./worker.ts', import.meta.url);
/** Time limit of the init phase, in addition to the function's timeout. */
const initMilliseconds = 10_000;

/** Starts a sandbox of the function; `listener` is called on changes of its state. */
export function startSandbox(
  config: FunctionConfig,
  { environment, logFile, compileCache, now }: Surroundings,
  listener: Listener,
): Sandbox {
  const workerData: SandboxData = {
    directory: config.directory,
    handler: config.handler,
    functionName: config.name,
    functionArn: config.arn,
    memoryMb: config.memoryMb,
    logFile,
  };
  const thread = new Worker(entry, {
    workerData,
    env: { ...environment, NODE_COMPILE_CACHE: compileCache },
    execArgv: [],
    // Lambda limits all memory; a worker limits only the JavaScript heap.
    resourceLimits: { maxOldGenerationSizeMb: config.memoryMb },
    stdout: true,
    stderr: true,
  });
  const send = thread.postMessage.bind(thread);
  const timeoutMs = config.timeoutSeconds * 1000;
  let state: 'loading' | 'open' | 'ended' = 'loading';
  let current: { requestId: string; done: Done; timer: NodeJS.Timeout } | undefined;
  let idleSince = performance.now();
  let exitReason: string | undefined;

  const finish = (result: InvokeResult) => {
    const finished = current;
    if (!finished) return;
    current = undefined;
    clearTimeout(finished.timer);
    idleSince = performance.now();
    finished.done(result);
  };
  const end = (failure: FunctionFailure) => {
    if (state === 'ended') return;
    if (state === 'loading') listener.initFailed(failure);
    state = 'ended';
    clearTimeout(initTimer);
    finish(failed(failure));
    listener.ended();
    void thread.terminate();
  };
  const timedOut = (milliseconds: number) =>
    platformFailure(
      'Sandbox.Timedout',
      current?.requestId,
      `Task timed out after ${(milliseconds / 1000).toFixed(2)} seconds`,
    );
  const initTimer = setTimeout(() => end(timedOut(initMilliseconds + timeoutMs)), initMilliseconds + timeoutMs);

  thread.on('message', (message: string) => {
    const content = message.slice(1);
    switch (message[0]) {
      case 'r':
        return finish(content.length * 3 > maxSyncBytes ? checkSize(content) : { kind: 'ok', payload: content });
      case 'e':
        return finish(failed(parseFailure(content)));
      case 'k':
        if (state !== 'loading') return undefined;
        state = 'open';
        clearTimeout(initTimer);
        return listener.ready();
      default:
        return end(parseFailure(content));
    }
  });
  thread.on('error', (error) => {
    exitReason =
      'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'signal: killed'
        : `exit status 1: ${String(error)}`;
  });
  thread.on('exit', (code) => {
    const reason = exitReason ?? (code === 0 ? undefined : `exit status ${code}`);
    const message = reason ? `Runtime exited with error: ${reason}` : 'Runtime exited without providing a reason';
    end(platformFailure('Runtime.ExitError', current?.requestId, message));
  });
  // The worker writes the handler's output to the log file. Other output is discarded, so that the pipe does not fill.
  thread.stdout.resume();
  thread.stderr.resume();

  return {
    run: (requestId, payload, done) => {
      current = { requestId, done, timer: setTimeout(() => end(timedOut(timeoutMs)), timeoutMs) };
      const aheadMs = now === Date.now ? 0 : now() - Date.now();
      send(`${requestId} ${Date.now() + aheadMs + timeoutMs} ${aheadMs} ${payload}`);
    },
    isOpen: () => state === 'open',
    idleSince: () => idleSince,
    crash: () => end(platformFailure('Runtime.ExitError', current?.requestId, 'Runtime exited with error: killed')),
    stop: async () => {
      await thread.terminate();
    },
  };
}

function checkSize(payload: string): InvokeResult {
  if (Buffer.byteLength(payload) <= maxSyncBytes) return { kind: 'ok', payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxSyncBytes} bytes).`;
  return failed({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
}
