import type { LocalContext } from '../context.ts';

/** Longest time that a deadline is slept on at once, so that a moved clock is noticed. A check costs one comparison. */
const longestSleepMs = 50;

/**
 * Calls `fire` once when the context's clock reaches `at` (ms since the epoch). Returns how to call it off. The timer
 * does not keep the process alive, and never fires on a closed state.
 */
export function callAt(context: LocalContext, at: number, fire: () => void): () => void {
  let timer: NodeJS.Timeout;
  const sleep = () => {
    timer = setTimeout(check, Math.max(0, Math.min(at - context.now(), longestSleepMs)));
    timer.unref();
  };
  const check = () => {
    if (!context.state.db.isOpen) return;
    if (context.now() < at) sleep();
    else fire();
  };
  sleep();
  return () => clearTimeout(timer);
}

type Watch = { listeners: Set<() => void>; isNotifying: boolean; alarm?: { at: number; cancel: () => void } };

/**
 * Tells who waits for messages of a queue that there may be some: after a send, or when a delay or a visibility
 * timeout ends. A queue that nobody watches, or that holds nothing with a deadline, has no timer.
 * @param nextDeadline the earliest moment after now at which a message of the queue becomes visible
 */
export function createVisibilityWatch<Q>(context: LocalContext, nextDeadline: (queue: Q) => number | undefined) {
  const watches = new Map<Q, Watch>();

  /** Many sends of one turn of the event loop make one notify, after the transaction that holds them. */
  function notify(queue: Q): void {
    const watch = watches.get(queue);
    if (!watch || watch.isNotifying) return;
    watch.isNotifying = true;
    setImmediate(() => {
      watch.isNotifying = false;
      if (!context.state.db.isOpen) return;
      for (const listener of watch.listeners) listener();
    });
  }

  function notifyAt(queue: Q, at: number): void {
    const watch = watches.get(queue);
    if (!watch || (watch.alarm && watch.alarm.at <= at)) return;
    watch.alarm?.cancel();
    const cancel = callAt(context, at, () => {
      delete watch.alarm;
      notify(queue);
      const next = nextDeadline(queue);
      if (next !== undefined) notifyAt(queue, next);
    });
    watch.alarm = { at, cancel };
  }

  function watch(queue: Q, listener: () => void): () => void {
    const found: Watch = watches.get(queue) ?? { listeners: new Set(), isNotifying: false };
    found.listeners.add(listener);
    if (!watches.has(queue)) {
      watches.set(queue, found);
      const next = nextDeadline(queue);
      if (next !== undefined) notifyAt(queue, next);
    }
    return () => {
      found.listeners.delete(listener);
      if (found.listeners.size > 0 || watches.get(queue) !== found) return;
      found.alarm?.cancel();
      watches.delete(queue);
    };
  }

  return { notify, notifyAt, watch };
}
