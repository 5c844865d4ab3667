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
 * Wakes a stream's readers after a write to its table, and stops them. `abandon` follows `stop`: readers must not use
 * the state afterwards.
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
    /** Number of reported writes. */
    writes: () => writes,
    /** Resolves after the time, after a write beyond `seen`, or when stopped. */
    idle: async (milliseconds: number, seen: number) => {
      if (writes === seen && phase === 'running') await pause(milliseconds, sleepers);
    },
    /** Resolves after the time or when stopped. */
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
