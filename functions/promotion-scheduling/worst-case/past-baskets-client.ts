import { type DayBaskets, noPastBaskets, PastBaskets, withDays } from './past-baskets.ts';

/** States in the reports bucket. */
type States = {
  state: (filesId: string) => Promise<unknown>;
  changeState: (filesId: string, change: (state: unknown) => object | undefined) => Promise<void>;
};

/** Beside the files of analyses: one file for the store. Two analyses that run at once both add their days. */
const filesId = 'past-baskets';

/** The baskets of the last year, in the reports bucket. `files` is called with the first use. */
export const createPastBaskets = (files: () => Promise<States>) => {
  const parsed = (state: unknown) => (state === undefined ? noPastBaskets : PastBaskets.parse(state));
  return {
    read: async (): Promise<PastBaskets> => parsed(await (await files()).state(filesId)),

    async add(days: DayBaskets): Promise<void> {
      await (
        await files()
      ).changeState(filesId, (state) => {
        const past = parsed(state);
        const next = withDays(past, days);
        return next === past ? undefined : next;
      });
    },
  };
};
export type PastBasketFile = ReturnType<typeof createPastBaskets>;
