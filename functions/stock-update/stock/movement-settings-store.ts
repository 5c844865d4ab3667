import type { Database } from '../../../shared/dynamodb/database.ts';
import {
  type Current,
  currentReasons,
  currentWarehouseCodes,
} from '../../../shared/settings/current-settings-store.ts';
import type { WarehouseCodes } from '../../../shared/store.ts';
import type { MovementSettingsEnv } from './env.ts';
import type { MovementSettings } from './movement-settings.ts';

/** What movements may name, by the settings in force. */
export const currentMovementSettings = (db: Database, env: MovementSettingsEnv): Current<MovementSettings> =>
  movementSettingsOf(currentWarehouseCodes(db, env, env.WAREHOUSE_CODES), currentReasons(db, env, 'movement'));

export const movementSettingsOf =
  (warehouses: Current<WarehouseCodes>, reasons: Current<string[] | undefined>): Current<MovementSettings> =>
  async () => {
    const [known, given] = await Promise.all([warehouses(), reasons()]);
    return { warehouses: known, reasons: given };
  };
