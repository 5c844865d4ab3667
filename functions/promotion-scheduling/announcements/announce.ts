import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { runAll } from '../../../shared/run-all.ts';
import type { OneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import type { AnnouncementStore } from './announcement-store.ts';
import { announcementsDue, scheduleNameOf } from './announcements.ts';

const retryBudgetMs = 15_000;
/** A schedule sends its message within a minute. */
const overdueMs = 60_000;
const concurrency = 5;

type Stores = Pick<AnnouncementStore, 'load' | 'record'>;
export type Announce = (promotionId: string, cause: Cause) => Promise<'announced' | 'nothing-due'>;

/** Publishes the starts and ends of a promotion whose time has come, each once, and records when the next one is due. */
export const announce =
  (store: Stores, storeZone: string): Announce =>
  (promotionId, cause) =>
    retryOnConflict(retryBudgetMs, async () => {
      const { record, last } = await store.load(promotionId);
      if (!record) throw new Error(`The promotion ${promotionId} of an event does not exist`);
      const found = announcementsDue(record, last, storeZone, cause.now);
      if (!found.isChanged) return 'nothing-due';
      if ((await store.record(record, found, cause)) !== 'done') return undefined;
      return found.due.length > 0 ? 'announced' : 'nothing-due';
    });

/**
 * Announces what is due, and creates, moves or deletes the schedule of the next start or end. It reads the time again at the
 * end, so that a schedule which is created late does not remain after a change.
 */
export const announceAndSchedule =
  (store: Stores, schedules: OneTimeSchedules, storeZone: string) =>
  (promotionId: string, cause: Cause): Promise<'scheduled'> =>
    retryOnConflict(retryBudgetMs, async () => {
      await announce(store, storeZone)(promotionId, cause);
      const dueAt = (await store.load(promotionId)).last?.dueAt;
      const name = scheduleNameOf(promotionId);
      if (dueAt === undefined) await schedules.remove(name);
      else await schedules.put({ name, dueAt, message: { promotionId, at: dueAt } }, cause.now);
      return (await store.load(promotionId)).last?.dueAt === dueAt ? 'scheduled' : undefined;
    });

/** Announces what schedules missed. One promotion that fails delays no other. */
export const sweepAnnouncements =
  (store: Pick<AnnouncementStore, 'overdue'>, announceOne: (promotionId: string, cause: Cause) => Promise<unknown>) =>
  async (cause: Cause): Promise<{ overdue: number }> => {
    const overdue = await store.overdue(new Date(cause.now - overdueMs).toISOString());
    await runAll(concurrency, overdue, (promotionId) => announceOne(promotionId, cause));
    return { overdue: overdue.length };
  };
