import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { announce } from './announce.ts';
import { createAnnouncementStore } from './announcement-store.ts';
import { Announcement } from './announcements.ts';
import { AnnouncementEnv } from './env.ts';

const publish = announce(createAnnouncementStore(openDatabase(), AnnouncementEnv.parse(process.env)));

export const handler = queueHandler({ envelope: Announcement }, async (announcement, { messageId }) => {
  const cause = { actor: 'storeworks.catalog', correlationId: messageId, causationId: messageId, now: Date.now() };
  await publish(announcement, cause);
});
