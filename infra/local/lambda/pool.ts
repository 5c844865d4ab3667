import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { FunctionConfig } from './function-config.ts';
import { isMachineBusy } from './machine-load.ts';
import { failed, type FunctionFailure, type InvokeResult } from './invoke-result.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** Most sandboxes of one function on this machine; further requests wait for a free one. */
export const maxSandboxes = 8;
/** A second sandbox is started when a request has waited this long: loading one costs more than most requests. */
const scaleUpAfterMs = 25;
/**
 * Where no core is idle, or each has its sandboxes, another one only slows the others down and compiles anew what they
 * have compiled, unless those wait for something else.
 */
const busyScaleUpAfterMs = 500;
/** Of three for a core, one computes while others wait for the database. */
const unhurriedSandboxes = 3 * availableParallelism();
const idleLimitMs = 60_000;

type Request = { id: string; payload: string; since: number; done: (result: InvokeResult) => void };

/** The sandboxes of one function. */
export type Pool = {
  /** Runs the event in a free sandbox, in order of arrival. Throttled when the reserved concurrency is used up. */
  invoke: (payload: string, requestId?: string) => Promise<InvokeResult>;
  inFlight: () => number;
  /** Ends the sandbox with this session token as if it had run out of memory. */
  crash: (sessionToken: string) => void;
  /** Ends sandboxes that nothing used for a minute. */
  reap: () => void;
  /** Takes no more events, answers what waits with `throttled`, and gives what runs up to `graceMs`. */
  drain: (graceMs: number) => Promise<void>;
  /** Ends every sandbox, whatever it does. */
  stop: () => Promise<void>;
};

type Surroundings = {
  environment: Record<string, string>;
  logFile: string;
  compileCache: string;
  log: (line: string) => void;
  /** The clock that the functions live by. */
  now: () => number;
  /** An event ended, in this many milliseconds in its sandbox. */
  onDone?: (payload: string, durationMs: number) => void;
};

/** Makes the pool; sandboxes start on demand. `log` gets a line for each failure that no request is told of. */
export function createPool(config: FunctionConfig, surroundings: Surroundings): Pool {
  const { environment, logFile, compileCache, log, now, onDone } = surroundings;
  const limit = Math.min(config.reservedConcurrency ?? maxSandboxes, maxSandboxes);
  const sandboxes = new Map<Sandbox, { sessionToken: string }>();
  const idle: Sandbox[] = [];
  const waiting: Request[] = [];
  let starting = 0;
  let running = 0;
  let growth: NodeJS.Timeout | undefined;
  let stopping = false;
  let onIdle: (() => void) | undefined;

  const start = () => {
    let loading = true;
    const loaded = () => {
      if (loading) starting -= 1;
      loading = false;
    };
    // Lambda's credentials have a session token too; here it tells whose call it is.
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
    if (waiting.length > 0 && !stopping) grow();
  };

  const run = (sandbox: Sandbox, request: Request) => {
    running += 1;
    const started = performance.now();
    sandbox.run(request.id, request.payload, (result) => {
      running -= 1;
      onDone?.(request.payload, performance.now() - started);
      request.done(result);
      if (sandbox.isOpen()) idle.push(sandbox);
      dispatch();
      if (running === 0) onIdle?.();
    });
  };

  const grow = () => {
    if (sandboxes.size === 0) start();
    if (growth || sandboxes.size >= limit) return;
    growth = setTimeout(() => {
      growth = undefined;
      const [first] = waiting;
      if (!first || stopping) return;
      const waitedMs = performance.now() - first.since;
      const isUseful = sandboxes.size < unhurriedSandboxes && !isMachineBusy();
      const isLate = waitedMs >= (isUseful ? scaleUpAfterMs : busyScaleUpAfterMs);
      if (isLate && sandboxes.size < limit && starting < waiting.length) start();
      grow();
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
      clearTimeout(growth);
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
