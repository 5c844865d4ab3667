import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { OneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import type { AnnouncementStore } from './announcement-store.ts';
import { type Announcement, announced, announcementKinds, scheduleChange, scheduleNameOf } from './announcements.ts';

const retryBudgetMs = 15_000;

/**
 * Creates, changes and deletes the schedules of a product to match it, whichever of its events arrived. It reads the
 * product again at the end, so that a schedule which is created late does not remain after a change.
 */
export const scheduleAnnouncements =
  (store: Pick<AnnouncementStore, 'product'>, schedules: OneTimeSchedules) =>
  (productId: string, now: () => number): Promise<'scheduled'> =>
    retryOnConflict(retryBudgetMs, async () => {
      const product = await store.product(productId);
      if (!product) throw new Error(`The product ${productId} of an event does not exist`);
      await Promise.all(
        announcementKinds.map(async (kind) => {
          const change = scheduleChange(product, kind);
          const name = scheduleNameOf(productId, kind);
          if (change.kind === 'remove') await schedules.remove(name);
          if (change.kind !== 'put') return;
          await schedules.put({ name, dueAt: change.announcement.at, message: change.announcement }, now());
        }),
      );
      return (await store.product(productId))?.version === product.version ? 'scheduled' : undefined;
    });

/** Publishes a launch or a withdrawal whose time has come, once. A time that the product no longer has is nothing. */
export const announce =
  (store: AnnouncementStore) =>
  (announcement: Announcement, cause: Cause): Promise<'announced' | 'already-announced' | 'outdated'> =>
    retryOnConflict(retryBudgetMs, async () => {
      const product = await store.product(announcement.productId);
      const event = product && announced(product, announcement);
      if (!event) return 'outdated';
      if (await store.isAnnounced(announcement)) return 'already-announced';
      return (await store.record(announcement, event, cause)) === 'done' ? 'announced' : undefined;
    });
