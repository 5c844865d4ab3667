import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Faults } from '../../../infra/local/faults.ts';
import type { EndedInvocation, Observer } from '../../../infra/local/observer.ts';

export type RecordedCall = {
  /** Time of the response, in ms since the epoch. */
  at: number;
  functionName: string;
  service: string;
  operation: string;
  method: string;
  body: string;
  status: number;
  response: string;
};

/** Calls and invocations of functions, and messages to queues, between `begin` and `end`. */
export type Recording = {
  calls: RecordedCall[];
  invocations: (EndedInvocation & { at: number })[];
  /** Bytes of each message. */
  deliveries: number[];
  /** Size of the functions' logs. */
  logBytes: number;
};

/** Records an engine's calls and invocations. They are evaluated afterwards, so that recording costs little. */
export function createRecorder(logDirectory: string) {
  let recording: Recording | undefined;
  const observer: Observer = {
    onResponse: ({ functionName, call: { service, operation, method, body } }, { status, body: response }) => {
      if (!recording) return;
      const isRead = service === 'dynamodb';
      recording.calls.push({
        at: Date.now(),
        functionName,
        service,
        operation,
        method,
        body: body.toString(),
        status,
        response: isRead ? response.toString() : '',
      });
    },
    onInvoked: (invocation) => recording?.invocations.push({ ...invocation, at: Date.now() }),
  };
  const onDelivery: Faults['onDelivery'] = ({ body }) => {
    recording?.deliveries.push(Buffer.byteLength(body));
    return undefined;
  };
  const logged = () =>
    readdirSync(logDirectory).reduce((sum, file) => sum + statSync(join(logDirectory, file)).size, 0);
  return {
    observer,
    onDelivery,
    begin: () => {
      recording = { calls: [], invocations: [], deliveries: [], logBytes: -logged() };
    },
    end: (): Recording => {
      if (!recording) throw new Error('The recording has not begun');
      const ended = { ...recording, logBytes: recording.logBytes + logged() };
      recording = undefined;
      return ended;
    },
  };
}
