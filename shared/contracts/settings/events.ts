import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** Differences that an event names; the version in the API has all, with their values. */
export const maxNamedChanges = 500;

/** The values of a change, as far as they fit into an event. The version in the API has all. */
const changedValues = {
  before: z.unknown().optional().meta({ description: 'The value before, if it is short', example: '17.5' }),
  after: z.unknown().optional().meta({ description: 'The value after, if it is short', example: '20' }),
};

/** A settings document has a new version, which is in force. */
export const SettingsChanged = defineEvent(
  'storeworks.store-settings',
  'SettingsChanged',
  z.object({
    name: StoredText.meta({ description: 'Name of the document', example: 'tax-zones' }),
    version: z.int().positive().meta({ description: 'Version in force after the change', example: 4 }),
    by: StoredText.meta({ description: 'Client or user who changed it', example: 'finance' }),
    changeCount: z.int().positive().meta({ description: 'Number of all differences', example: 1 }),
    changes: z
      .array(
        z.object({
          entry: StoredText.meta({
            description: 'Path of the field, as a JSON pointer with ids instead of positions',
            example: '/zones/gb/rates/vat-standard-2011/validTo',
          }),
          kind: z.enum(['added', 'removed', 'changed', 'reordered']).describe('What happened to it'),
          ...changedValues,
        }),
      )
      .max(maxNamedChanges)
      .describe('The first differences from the version before'),
  }),
);
