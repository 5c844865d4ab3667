import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse } from 'aws-lambda';
import { inParallel } from '../../shared/in-parallel.ts';
import { dayToReport, type Message, type Part, partsOf } from './decide.ts';
import type { Lake } from './lake-store.ts';

const filesAtOnce = 16;

/** Writes a batch of events to the lake. Reports the messages that are not events, and those of a day that failed. */
export const journal =
  (lake: Lake, businessDay: (instantMs: number) => string, clock: () => number) =>
  async (messages: Message[], log: Pick<Logger, 'error'>): Promise<SQSBatchResponse> => {
    const cameOn = dayToReport(clock(), businessDay);
    const { parts, malformed } = partsOf(messages, businessDay);
    if (malformed.length > 0) log.error('messages are not events', { messageIds: malformed });
    const failed = await inParallel(filesAtOnce, parts, async (part) => {
      const error = await errorOf(lake, part, cameOn);
      if (error === undefined) return [];
      log.error('a day could not be written', { day: part.day, events: part.messageIds.length, error });
      return part.messageIds;
    });
    return { batchItemFailures: [...malformed, ...failed.flat()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

/** Whatever went wrong, the day's messages stay in the queue; the other days are written all the same. */
async function errorOf(lake: Lake, part: Part, cameOn: string): Promise<string | undefined> {
  try {
    await lake.put(part);
    if (part.day < cameOn) await lake.noteLate(cameOn, part.day);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
