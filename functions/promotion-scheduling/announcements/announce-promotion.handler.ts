import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { announce } from './announce.ts';
import { createAnnouncementStore } from './announcement-store.ts';
import { Announcement } from './announcements.ts';
import { AnnouncementEnv } from './env.ts';

const env = AnnouncementEnv.parse(process.env);
const publish = announce(createAnnouncementStore(openDatabase(), env), env.TIME_ZONE);

export const handler = queueHandler({ envelope: Announcement }, async ({ promotionId }, { messageId }) => {
  const id = messageId;
  await publish(promotionId, {
    actor: 'storeworks.promotion-scheduling',
    correlationId: id,
    causationId: id,
    now: Date.now(),
  });
});
