const pause = (milliseconds: number, until: Set<() => void>) =>
  new Promise<void>((resolve) => {
    const awake = () => {
      clearTimeout(timer);
      until.delete(awake);
      resolve();
    };
    const timer = setTimeout(awake, milliseconds);
    until.add(awake);
  });

/**
 * Wakes a stream's followers when its table was written, and stops them. `abandon` is after `stop`: what still runs
 * may not touch the state any more.
 */
export function createSignal() {
  let writes = 0;
  let phase: 'running' | 'stopping' | 'abandoned' = 'running';
  const sleepers = new Set<() => void>();
  const rouse = () => {
    for (const awake of sleepers) awake();
  };
  const stoppable = new Set<() => void>();

  return {
    wake: () => {
      writes += 1;
      rouse();
    },
    /** Writes seen so far. */
    writes: () => writes,
    /** Resolves after the time, or before it at a write that was not in `seen`, or at the stop. */
    idle: async (milliseconds: number, seen: number) => {
      if (writes === seen && phase === 'running') await pause(milliseconds, sleepers);
    },
    /** Resolves after the time, or at the stop. */
    sleep: async (milliseconds: number) => {
      if (phase === 'running') await pause(milliseconds, stoppable);
    },
    stop: () => {
      phase = 'stopping';
      rouse();
      for (const awake of stoppable) awake();
    },
    abandon: () => {
      phase = 'abandoned';
    },
    isStopped: () => phase !== 'running',
    isAbandoned: () => phase === 'abandoned',
  };
}
export type Signal = ReturnType<typeof createSignal>;
