import type { Redrive } from './dead-letter-client.ts';

/** What a redrive did, in one sentence for people. */
export function redriveText({ moved, isRunning, failure }: Redrive): string {
  const done = moved === 1 ? '1 message was moved back' : `${moved} messages were moved back`;
  if (isRunning) return `${done} until now; SQS continues.`;
  if (failure === undefined) return `${done}.`;
  const reason =
    failure === 'CouldNotDetermineMessageSource'
      ? 'a message came from no queue: it was sent to the dead-letter queue itself. Read it, then delete it'
      : failure;
  return `${done}, then the redrive stopped: ${reason}.`;
}
