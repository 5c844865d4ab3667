import { cpus } from 'node:os';

const sampleMs = 100;
/** Share of idle time of all cores below which the machine is busy. */
const idleShare = 0.15;

let sample = { at: -Infinity, idleMs: 0, totalMs: 0 };
let isBusy = false;

/** Whether all cores were busy in the last sample; samples at most ten times a second. */
export function isMachineBusy(): boolean {
  const at = performance.now();
  if (at - sample.at < sampleMs) return isBusy;
  const times = cpus().map((core) => core.times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const totalMs = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  const passedMs = totalMs - sample.totalMs;
  isBusy = passedMs > 0 && (idleMs - sample.idleMs) / passedMs < idleShare;
  sample = { at, idleMs, totalMs };
  return isBusy;
}
