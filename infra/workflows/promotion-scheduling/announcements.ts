import { Duration } from 'aws-cdk-lib';
import type { AnnouncementEnv, Env } from '../../../functions/promotion-scheduling/announcements/env.ts';
import { PromotionChanged, PromotionEnded, PromotionStarted } from '../../../shared/contracts/promotions/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { promotions } from '../../data/promotions.ts';
import { settings } from '../../settings.ts';

/** Events of starts and ends at their time: one-time schedules, kept up to date by changes and by announcements. */
export function addAnnouncements(stack: WorkflowStack): void {
  const errorImpact = 'Other systems receive no event when a promotion starts or ends. Its prices are right in time.';
  const announcements = stack.scheduleQueue<AnnouncementEnv>({
    handler: 'promotion-scheduling/announcements/announce-promotion.handler.ts',
    uses: all(promotions.announcer, settings.timeZone),
    errorImpact,
  });
  const scheduling = all(announcements.scheduler, settings.timeZone);
  stack.onEvents<Env>([PromotionChanged, PromotionStarted, PromotionEnded], {
    handler: 'promotion-scheduling/announcements/schedule-announcements.handler.ts',
    uses: all(promotions.announcer, scheduling),
    errorImpact,
  });
  stack.every<Env>('5 minutes', {
    handler: 'promotion-scheduling/announcements/announcement-sweep.handler.ts',
    uses: all(promotions.sweeper, scheduling),
    errorImpact: 'Starts and ends of promotions whose schedule failed are announced late.',
    timeout: Duration.minutes(1),
  });
}
