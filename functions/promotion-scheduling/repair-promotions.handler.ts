import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Instant } from '../../shared/names.ts';
import { announce } from './announcements/announce.ts';
import { createAnnouncementStore } from './announcements/announcement-store.ts';
import { repairPromotions } from './compile/compile-job.ts';
import { CompileEnv } from './compile/env.ts';
import { createPromotionStore } from './promotion/promotion-store.ts';

const env = CompileEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const announceOne = announce(createAnnouncementStore(db, env), env.TIME_ZONE);
const settings = { priceGuard: env.PRICE_GUARD, storeZone: env.TIME_ZONE };

export const handler = eventHandler(z.object({ time: Instant }), ({ time }) => {
  const id = `repair-promotions-${time}`;
  const repair = repairPromotions(createPromotionStore(db, env), settings, ({ promotionId }) =>
    announceOne(promotionId, {
      actor: 'storeworks.promotion-scheduling',
      correlationId: id,
      causationId: id,
      now: Date.now(),
    }),
  );
  return repair(Date.now());
});
