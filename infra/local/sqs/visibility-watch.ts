import type { LocalContext } from '../context.ts';

/** Maximum time until a timer notices a changed test clock. A check costs one comparison. */
const longestSleepMs = 50;

/**
 * Calls `fire` once when the context's clock reaches `at` (ms since the epoch). Returns a function that cancels it. The
 * timer does not keep the process alive, and does not fire after the state is closed.
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
 * Notifies listeners of a queue when messages may have become visible: after a send, and at the end of a delay or a
 * visibility timeout. A queue without listeners or deadlines has no timer.
 * @param nextDeadline the next time at which a message of the queue becomes visible
 */
export function createVisibilityWatch<Q>(context: LocalContext, nextDeadline: (queue: Q) => number | undefined) {
  const watches = new Map<Q, Watch>();

  /** Several sends in one turn of the event loop cause one notification, after their transaction. */
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
