import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** CPU times of a back office since its start, in ms; `wallMs` and `idleMs` (of all cores) are the machine's. */
export type CpuTime = {
  /** The engine's own thread: HTTP, queues, event bus, gateway to the database. One core at most. */
  engineMs: number;
  /** The sandboxes' threads, with the runtime's own threads. */
  functionsMs: number;
  databaseMs: number;
  wallMs: number;
  idleMs: number;
};

/** `getconf CLK_TCK` of Linux: ticks per second of the times in /proc. */
const msPerTick = 10;

/** CPU times of an engine and its database. Undefined on a system without /proc. */
export function cpuTimeOf(enginePid: number): CpuTime | undefined {
  try {
    const thread = ticksOf(`/proc/${enginePid}/task/${enginePid}/stat`);
    const all = ticksOf(`/proc/${enginePid}/stat`);
    return {
      engineMs: thread * msPerTick,
      functionsMs: (all - thread) * msPerTick,
      databaseMs: childrenOf(enginePid).reduce((sum, pid) => sum + ticksOf(`/proc/${pid}/stat`), 0) * msPerTick,
      wallMs: performance.now(),
      idleMs: cpus().reduce((sum, { times }) => sum + times.idle, 0),
    };
  } catch {
    return undefined;
  }
}

export const cpuTimeSince = (now: CpuTime, before: CpuTime): CpuTime => ({
  engineMs: now.engineMs - before.engineMs,
  functionsMs: now.functionsMs - before.functionsMs,
  databaseMs: now.databaseMs - before.databaseMs,
  wallMs: now.wallMs - before.wallMs,
  idleMs: now.idleMs - before.idleMs,
});

const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );

/** User and system time: fields 14 and 15 of proc_pid_stat(5). The second field may have spaces. */
function ticksOf(file: string): number {
  const text = readFileSync(file, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
