import { type DayBaskets, noPastBaskets, PastBaskets, withDays } from './past-baskets.ts';

/** States in the reports bucket. */
type States = {
  state: (filesId: string) => Promise<unknown>;
  putState: (filesId: string, state: object) => Promise<unknown>;
};

/** Beside the files of analyses: one file for the store. Its only writer runs one analysis at a time. */
const filesId = 'past-baskets';

/** The baskets of the last year, in the reports bucket. `files` is called with the first use. */
export const createPastBaskets = (files: () => Promise<States>) => {
  const read = async (): Promise<PastBaskets> => {
    const kept = await (await files()).state(filesId);
    return kept === undefined ? noPastBaskets : PastBaskets.parse(kept);
  };
  return {
    read,

    async add(days: DayBaskets): Promise<void> {
      const past = await read();
      const next = withDays(past, days);
      if (next !== past) await (await files()).putState(filesId, next);
    },
  };
};
export type PastBasketFile = ReturnType<typeof createPastBaskets>;
