import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { isTransient, type SetAside } from '../../../shared/lambda/failed-records.ts';
import type { AlertStore } from './alert-store.ts';
import { crossingsOf, StockChange } from './crossings.ts';

/** The part of a stream record that identifies it in the response if it fails. */
export const StreamRecord = z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string() }) });

/**
 * Raises the alerts of a batch of changes in order. Returns the first record that failed in an outage: the stream delivers
 * it and all later ones again. A record with any other error goes to the failure queue and delays no others.
 */
export const raiseAlerts =
  (store: Pick<AlertStore, 'record'>, setAside: SetAside) =>
  async (records: z.infer<typeof StreamRecord>[], log: Pick<Logger, 'error'>): Promise<DynamoDBBatchResponse> => {
    for (const record of records) {
      try {
        await raise(store, StockChange.parse(record));
      } catch (error) {
        const itemIdentifier = record.dynamodb.SequenceNumber;
        log.error('record failed', { itemIdentifier, error: String(error) });
        if (isTransient(error) || !(await isSetAside(setAside, record, error))) {
          return { batchItemFailures: [{ itemIdentifier }] };
        }
      }
    }
    return { batchItemFailures: [] };
  };

async function isSetAside(setAside: SetAside, record: object, error: unknown): Promise<boolean> {
  try {
    await setAside(record, error);
    return true;
  } catch {
    return false;
  }
}

async function raise(store: Pick<AlertStore, 'record'>, { dynamodb }: StockChange): Promise<void> {
  const { SequenceNumber, OldImage, NewImage, ApproximateCreationDateTime } = dynamodb;
  const { sku, available, shortUnits, levels } = NewImage;
  for (const kind of crossingsOf(OldImage, NewImage)) {
    const cause = {
      actor: 'storeworks.stock-update',
      correlationId: `stream-${SequenceNumber}`,
      causationId: `stream-${SequenceNumber}`,
      now: Math.floor(ApproximateCreationDateTime * 1000),
    };
    const alert = { sku, kind, available, levels, ...(kind === 'oversold' && { shortUnits }) };
    await store.record(alert, SequenceNumber, cause);
  }
}
