import type { AnnouncementEnv, Env } from '../../../functions/catalog/announcements/env.ts';
import { ProductChanged } from '../../../shared/contracts/catalog/product-events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { catalog } from '../../data/catalog.ts';

/** Events of launches and withdrawals at their time: one-time schedules, kept up to date by changes of products. */
export function addAnnouncements(stack: WorkflowStack): void {
  const announcements = stack.scheduleQueue<AnnouncementEnv>({
    handler: 'catalog/announcements/announce-product.handler.ts',
    uses: catalog.announcer,
    errorImpact: 'Other systems receive no event of a launch or a withdrawal. The product itself is on sale in time.',
  });
  stack.onEvents<Env>(ProductChanged, {
    handler: 'catalog/announcements/schedule-announcements.handler.ts',
    uses: all(catalog.productReader, announcements.scheduler),
    errorImpact:
      'Other systems receive no events of scheduled launches and withdrawals. The products are on sale in time.',
  });
}
