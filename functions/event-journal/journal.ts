import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse } from 'aws-lambda';
import { personalFields } from '../../shared/contracts/personal-events.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { arrivalDayOf, lakeFilesOf, type LakeFile, type Message } from './decide.ts';
import { customerPseudonym, emailPseudonym } from './customer-pseudonym.ts';
import type { LakeStore } from './lake-store.ts';

const maxParallelFiles = 16;

type Deps = {
  lake: LakeStore;
  businessDay: (instantMs: number) => string;
  /** The secret of the customers' pseudonyms. */
  readSecret: () => Promise<string>;
  clock: () => number;
};

/** Writes a batch of events to the lake. Fails the messages that are not events, and those of a file that failed. */
export const journal =
  ({ lake, businessDay, readSecret, clock }: Deps) =>
  async (messages: Message[], log: Pick<Logger, 'error'>): Promise<SQSBatchResponse> => {
    const arrivalDay = arrivalDayOf(clock(), businessDay);
    const secret = await readSecret();
    const pseudonymOf = (data: unknown) => customerPseudonym(secret, data);
    const emailPseudonymOf = (data: unknown) => emailPseudonym(secret, data);
    const rules = { businessDay, personalFields, pseudonymOf, emailPseudonymOf };
    const { files, malformed } = lakeFilesOf(messages, rules);
    if (malformed.length > 0) log.error('messages are not events', { messageIds: malformed });
    const failed = await inParallel(maxParallelFiles, files, async (file) => {
      const error = await errorOf(lake, file, arrivalDay);
      if (error === undefined) return [];
      log.error('a day could not be written', { day: file.day, events: file.messageIds.length, error });
      return file.messageIds;
    });
    return { batchItemFailures: [...malformed, ...failed.flat()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

/** Any error fails only the messages of this file: the files of the other days are still written. */
async function errorOf(lake: LakeStore, file: LakeFile, arrivalDay: string): Promise<string | undefined> {
  try {
    await lake.put(file);
    if (file.day < arrivalDay) await lake.recordLateArrival(arrivalDay, file.day);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
