const pause = (milliseconds: number, until: Set<() => void>) =>
  new Promise<void>((resolve) => {
    const wakeSleeper = () => {
      clearTimeout(timer);
      until.delete(wakeSleeper);
      resolve();
    };
    const timer = setTimeout(wakeSleeper, milliseconds);
    until.add(wakeSleeper);
  });

/**
 * Wakes a stream's followers when its table was written, and stops them. `abandon` is after `stop`: what still runs
 * may not touch the state any more.
 */
export function createSignal() {
  let writes = 0;
  let phase: 'running' | 'stopping' | 'abandoned' = 'running';
  const sleepers = new Set<() => void>();
  const wakeAll = () => {
    for (const wakeSleeper of sleepers) wakeSleeper();
  };
  const stoppable = new Set<() => void>();

  return {
    wake: () => {
      writes += 1;
      wakeAll();
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
      wakeAll();
      for (const wakeSleeper of stoppable) wakeSleeper();
    },
    abandon: () => {
      phase = 'abandoned';
    },
    isStopped: () => phase !== 'running',
    isAbandoned: () => phase === 'abandoned',
  };
}
export type Signal = ReturnType<typeof createSignal>;
