import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Instant, Sku } from '../../names.ts';
import { AlertLevels } from '../../stock/stock-item.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { AlertKind } from './events.ts';
import { staffOnly } from '../readers.ts';

export const AlertStatus = z.enum(['open', 'acknowledged']);
const alertId = z.string().regex(/^[0-9A-Z]{26}$/, 'An alert id has 26 digits and capital letters');
const example = '01KB9ZQ4Y8T4V7C0M3J5R6N8PX';

/** A raised alert, as stored and as listed. */
export const RaisedAlert = z
  .object({
    alertId: alertId.meta({ description: 'Id of the alert: the id of its event `StockAlertRaised`', example }),
    sku: Sku.meta({ description: 'SKU of the alert', example: 'TEA-EARL-GREY-100' }),
    kind: AlertKind.meta({
      description: 'Why the alert was raised. The orders behind `oversold` are in `GET /stock/{sku}/unfillable-orders`',
      example: 'low',
    }),
    status: AlertStatus.meta({ description: '`acknowledged` once a person has seen the alert', example: 'open' }),
    raisedAt: Instant.meta({ description: 'When the stock changed (UTC)', example: '2026-11-30T09:15:00.000Z' }),
    available: z.int().meta({ description: 'Available units over all warehouses at that time', example: 4 }),
    shortUnits: z.int().optional().meta({
      description: 'Reserved units that could not be shipped at that time, over all warehouses; only for `oversold`',
      example: 2,
    }),
    idleSince: Instant.optional().meta({
      description: 'Since when no unit was shipped; only for `slow-moving` and `dead`',
      example: '2026-08-01T09:15:00.000Z',
    }),
    levels: AlertLevels.optional().meta({
      description: 'The alert levels of the SKU at that time',
      example: { reorderPoint: 5 },
    }),
    acknowledgement: z
      .object({
        at: Instant.meta({ description: 'When the alert was acknowledged (UTC)', example: '2026-11-30T10:00:00.000Z' }),
        by: StoredText.meta({ description: 'User or client that acknowledged it', example: 'warehouse' }),
        note: staffOnly(StoredText)
          .optional()
          .meta({ description: 'Note of that person', example: 'Reordered, due on Friday' }),
      })
      .optional()
      .meta({ description: 'Who acknowledged the alert, and when; absent while it is open' }),
  })
  .meta({ id: 'StockAlert' });
export type RaisedAlert = z.infer<typeof RaisedAlert>;

export const listAlerts = defineRoute({
  method: 'GET',
  path: '/stock/alerts',
  tag: 'Stock',
  summary: 'List the alerts that were raised since 2026-11-30 by kind and status, the newest first',
  scope: 'stock.read',
  query: z.strictObject({
    kind: severalOf(AlertKind.options, { description: 'Kind of the alert', example: 'low,out' }).optional(),
    status: severalOf(AlertStatus.options, { description: 'Status of the alert', example: 'open' }).optional(),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. A filter may give a short page although more follow',
      schema: z.object({
        alerts: z.array(RaisedAlert).max(maxEntries).meta({ description: 'Alerts, the newest first' }),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

export const acknowledgeAlert = defineRoute({
  method: 'POST',
  path: '/stock/alerts/{alertId}/acknowledgement',
  tag: 'Stock',
  summary: 'Acknowledge an alert. The first acknowledgement counts; a repeat changes nothing',
  scope: 'stock.write',
  params: z.strictObject({ alertId: alertId.meta({ description: 'Id of the alert', example }) }),
  body: z.strictObject({
    note: z.string().trim().min(1).max(500).optional().meta({
      description: 'What is done about the alert, up to 500 characters',
      example: 'Reordered, due on Friday',
    }),
  }),
  responses: {
    200: { description: 'The acknowledged alert', schema: RaisedAlert },
    400: { description: 'The id is not an alert id', schema: Problem },
    404: { description: '`unknown-alert`', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: send the same request again', schema: Problem },
  },
});
