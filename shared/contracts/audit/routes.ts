import * as z from 'zod';
import { Instant } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, timeRangeParameters } from '../list-query.ts';
import { SettingChange } from '../settings/version.ts';

/** Longest range of a query without object and person, in days. */
export const maxRangeDays = 366;

const AuditEntry = z
  .object({
    eventId: StoredText.meta({ description: 'Id of the event', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    at: Instant.describe('Time at which the change was recorded'),
    occurredAt: Instant.describe('Business time of the event'),
    object: StoredText.meta({
      description: 'What was changed: its type and its id, separated by a colon',
      example: 'settings:tax-zones',
    }),
    action: StoredText.meta({ description: 'Name of the event', example: 'SettingsChanged' }),
    by: z
      .object({
        id: StoredText.meta({
          description:
            'Verified identity: the user id of a person, `aws:` and the name of a person in the AWS console, the client id of a machine, the name of a workflow or of an uploaded file',
          example: '0d7e4b7a-51c8-4d5e-9a0c-3f1f6f4f2a10',
        }),
        kind: z
          .enum(['person', 'console', 'machine', 'file', 'workflow'])
          .meta({ description: 'How the identity was verified', example: 'person' }),
      })
      .describe('Who made the change'),
    requestId: StoredText.meta({
      description: 'The request, message or event that caused the change; the access log has the request',
      example: 'c0ffee-1',
    }),
    correlationId: StoredText.meta({ description: 'Id of the first request of the chain', example: 'c0ffee-1' }),
    data: z
      .unknown()
      .optional()
      .describe('Data of the event, without personal data. Absent above 100 KB: the event is in the lake'),
    changes: z
      .array(SettingChange)
      .max(maxEntries)
      .optional()
      .describe('Values before and after, for a change of settings, prices, policies, promotions and master data'),
    version: StoredText.optional().meta({
      description: 'Route of the version that the change made, with its whole content',
      example: '/settings/tax-zones/versions/4',
    }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const listAuditEntries = defineRoute({
  method: 'GET',
  path: '/audit/entries',
  tag: 'Audit',
  summary: 'List who changed what, newest first: of an object, a person, or a time',
  scope: 'audit.read',
  query: z.strictObject({
    ...pageParameters,
    ...timeRangeParameters('the change was recorded'),
    object: z
      .string()
      .max(300)
      .regex(/^[a-z-]{1,40}:.+$/, 'Write an object as its type and its id, such as settings:tax-zones')
      .optional()
      .meta({ description: 'Only changes of this object', example: 'settings:tax-zones' }),
    person: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Only changes by this identity', example: '0d7e4b7a-51c8-4d5e-9a0c-3f1f6f4f2a10' }),
  }),
  responses: {
    200: {
      description: `A page. Without object and person, the range is the last ${maxRangeDays} days, or at most so many`,
      schema: z.object({
        entries: z.array(AuditEntry).max(maxEntries).describe('The entries, newest first'),
        cursor: nextCursor,
      }),
    },
  },
});
