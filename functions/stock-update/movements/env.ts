import * as z from 'zod';
import { MovementSettingsEnv, StoreEnv } from '../stock/env.ts';

export const MessageEnv = StoreEnv.extend({
  MOVEMENT_QUEUE_URL: z.url(),
  ...MovementSettingsEnv.shape,
});
export type MessageEnv = z.input<typeof MessageEnv>;
