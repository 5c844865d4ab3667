import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { FunctionConfig } from './function-config.ts';
import { isMachineBusy } from './machine-load.ts';
import { failed, type FunctionFailure, type InvokeResult } from './invoke-result.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** Maximum number of sandboxes of a function; further requests wait for a free one. */
export const maxSandboxes = 8;
/** Time after which a waiting request starts another sandbox. A start costs more CPU than most requests. */
const scaleUpAfterMs = 25;
/**
 * The same on a busy machine, or one with many running sandboxes. There another sandbox slows the others down, unless
 * they wait for I/O.
 */
const busyScaleUpAfterMs = 500;
/** Three sandboxes per core: one computes while the others wait for the database. */
const manySandboxes = 3 * availableParallelism();
const idleLimitMs = 60_000;

type Request = { id: string; payload: string; since: number; done: (result: InvokeResult) => void };

/** The sandboxes of one function. */
export type Pool = {
  /** Runs the event in a free sandbox, first in first out. Throttled when the reserved concurrency is reached. */
  invoke: (payload: string, requestId?: string) => Promise<InvokeResult>;
  inFlight: () => number;
  /** Kills the sandbox with this session token. */
  crash: (sessionToken: string) => void;
  /** Ends sandboxes which were idle for a minute. */
  reap: () => void;
  /** Accepts no more events, ends waiting ones as throttled, and waits up to `graceMs` for running ones. */
  drain: (graceMs: number) => Promise<void>;
  /** Ends all sandboxes. */
  stop: () => Promise<void>;
};

type Surroundings = {
  environment: Record<string, string>;
  logFile: string;
  compileCache: string;
  log: (line: string) => void;
  /** The clock of the functions. */
  now: () => number;
  /** Called after each event with its time in the sandbox, and the time for which it waited for one. */
  onDone?: (payload: string, durationMs: number, waitedMs: number) => void;
};

/** Creates the pool; sandboxes start on demand. `log` receives failures that belong to no request. */
export function createPool(config: FunctionConfig, surroundings: Surroundings): Pool {
  const { environment, logFile, compileCache, log, now, onDone } = surroundings;
  const limit = Math.min(config.reservedConcurrency ?? maxSandboxes, maxSandboxes);
  const sandboxes = new Map<Sandbox, { sessionToken: string }>();
  const idle: Sandbox[] = [];
  const waiting: Request[] = [];
  let starting = 0;
  let running = 0;
  let scaleUpTimer: NodeJS.Timeout | undefined;
  let stopping = false;
  let onIdle: (() => void) | undefined;

  const start = () => {
    let loading = true;
    const loaded = () => {
      if (loading) starting -= 1;
      loading = false;
    };
    // Identifies the sandbox of a call. Lambda's credentials have a session token too.
    const sessionToken = randomUUID();
    const own = { environment: { ...environment, AWS_SESSION_TOKEN: sessionToken }, logFile, compileCache, now };
    const sandbox: Sandbox = startSandbox(config, own, {
      ready: () => {
        loaded();
        idle.push(sandbox);
        dispatch();
      },
      initFailed: (failure) => {
        if (!stopping) failFirst(failure);
      },
      ended: () => {
        loaded();
        sandboxes.delete(sandbox);
        const index = idle.indexOf(sandbox);
        if (index >= 0) idle.splice(index, 1);
        dispatch();
      },
    });
    starting += 1;
    sandboxes.set(sandbox, { sessionToken });
  };

  const failFirst = (failure: FunctionFailure) => {
    const request = waiting.shift();
    if (request) request.done(failed(failure));
    else log(`${config.name}: ${failure.errorType}: ${failure.errorMessage}`);
  };

  const dispatch = () => {
    while (waiting.length > 0) {
      const sandbox = idle.pop();
      if (!sandbox) break;
      const request = waiting.shift();
      if (request) run(sandbox, request);
    }
    if (waiting.length > 0 && !stopping) scaleUp();
  };

  const run = (sandbox: Sandbox, request: Request) => {
    running += 1;
    const started = performance.now();
    sandbox.run(request.id, request.payload, (result) => {
      running -= 1;
      onDone?.(request.payload, performance.now() - started, started - request.since);
      request.done(result);
      if (sandbox.isOpen()) idle.push(sandbox);
      dispatch();
      if (running === 0) onIdle?.();
    });
  };

  const scaleUp = () => {
    if (sandboxes.size === 0) start();
    if (scaleUpTimer || sandboxes.size >= limit) return;
    scaleUpTimer = setTimeout(() => {
      scaleUpTimer = undefined;
      const [first] = waiting;
      if (!first || stopping) return;
      const waitedMs = performance.now() - first.since;
      const isUseful = sandboxes.size < manySandboxes && !isMachineBusy();
      const isOverdue = waitedMs >= (isUseful ? scaleUpAfterMs : busyScaleUpAfterMs);
      if (isOverdue && sandboxes.size < limit && starting < waiting.length) start();
      scaleUp();
    }, scaleUpAfterMs);
  };

  return {
    invoke: (payload, requestId = randomUUID()) => {
      const isFull = config.reservedConcurrency !== undefined && running + waiting.length >= config.reservedConcurrency;
      if (isFull || stopping) return Promise.resolve({ kind: 'throttled' });
      return new Promise((resolve) => {
        waiting.push({ id: requestId, payload, since: performance.now(), done: resolve });
        dispatch();
      });
    },
    inFlight: () => running + waiting.length,
    crash: (sessionToken) => {
      for (const [sandbox, own] of sandboxes) if (own.sessionToken === sessionToken) sandbox.crash();
    },
    reap: () => {
      const since = performance.now() - idleLimitMs;
      for (const sandbox of idle.filter((candidate) => candidate.idleSince() < since)) {
        idle.splice(idle.indexOf(sandbox), 1);
        void sandbox.stop();
      }
    },
    drain: async (graceMs) => {
      stopping = true;
      clearTimeout(scaleUpTimer);
      for (const request of waiting.splice(0)) request.done({ kind: 'throttled' });
      if (running === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    stop: async () => {
      stopping = true;
      await Promise.all([...sandboxes.keys()].map((sandbox) => sandbox.stop()));
    },
  };
}
