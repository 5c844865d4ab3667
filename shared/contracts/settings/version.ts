import * as z from 'zod';
import { Instant } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';

/** A difference between two versions of a document. */
export const SettingChange = z
  .object({
    entry: StoredText.meta({
      description: 'Path of the field, as a JSON pointer with ids instead of positions',
      example: '/zones/gb/rates/vat-standard-2011/validTo',
    }),
    kind: z
      .enum(['added', 'removed', 'changed', 'reordered'])
      .describe('`reordered`: the same entries in another order; before and after are their ids'),
    before: z.unknown().optional().meta({ description: 'The value before; absent if it was added', example: '17.5' }),
    after: z.unknown().optional().meta({ description: 'The value after; absent if it was removed', example: '20' }),
  })
  .meta({ id: 'SettingChange' });
export type SettingChange = z.infer<typeof SettingChange>;

export const SettingVersion = z
  .object({
    version: z
      .int()
      .nonnegative()
      .meta({ description: 'Number of the version; 0 are the settings of the deployment', example: 4 }),
    at: Instant.describe('Time of the change'),
    by: StoredText.meta({ description: 'Client or user who made the change', example: 'finance' }),
    from: StoredText.meta({ description: 'Address that the change came from', example: '192.0.2.1' }),
    changeCount: z.int().nonnegative().meta({ description: 'Number of all differences', example: 1 }),
    changes: z
      .array(SettingChange)
      .max(maxEntries)
      .describe('Differences from the version before; a list of versions has the first 100 of each'),
  })
  .meta({ id: 'SettingVersion' });
export type SettingVersion = z.infer<typeof SettingVersion>;
