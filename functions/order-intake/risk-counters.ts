import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, type Key, readBatch } from '../../shared/database.ts';
import { contentHash } from '../../shared/ids.ts';
import { type VelocityKind, velocityKinds } from './risk.ts';

/** A window is this many items, and one more is read for the part of it that has begun: it is never shorter than told. */
const slices = 4;
/** Orders that an item lists, well below its 400 KB; whoever has more is over every limit. */
const ordersPerSlice = 500;

/** What orders are counted by; what an order does not have is not counted. */
export type Subject = {
  customerId?: string | undefined;
  email?: string | undefined;
  /** As the payment provider gives it: the same for every use of one card. */
  cardFingerprint?: string | undefined;
  address?: { country: string; postalCode?: string | undefined; line1?: string | undefined } | undefined;
};

const Slice = z.object({ pk: z.string(), orderIds: z.set(z.string()) });

/** Counts orders by customer, address, e-mail and card. `windowMinutes` is that of the risk policy. */
export function createRiskCounters(
  db: Database,
  { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string },
  windowMinutes: number,
) {
  const sliceMs = (windowMinutes * 60_000) / slices;
  const sliceOf = (now: number) => Math.floor(now / sliceMs);
  const keyOf = (partition: string, slice: number): Key => ({ pk: partition, sk: `SLICE#${slice}` });

  return {
    /** Counts an order under each of its values; the same order again counts once. `now` is in milliseconds. */
    async count(orderId: string, subject: Subject, now: number): Promise<void> {
      await Promise.all(
        partitionsOf(subject).map(async ({ partition }) => {
          try {
            await db.send(
              new UpdateCommand({
                TableName: table,
                Key: keyOf(partition, sliceOf(now)),
                // A set takes an id once, whatever is delivered twice.
                UpdateExpression: 'ADD orderIds :ids SET expiresAt = :expires',
                ConditionExpression: 'attribute_not_exists(orderIds) OR size(orderIds) < :most',
                ExpressionAttributeValues: {
                  ':ids': new Set([orderId]),
                  ':most': ordersPerSlice,
                  ':expires': Math.ceil((now + (slices + 2) * sliceMs) / 1000),
                },
              }),
            );
          } catch (error) {
            if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
          }
        }),
      );
    },

    /** Orders of the window by each value that the subject has. */
    async ordersInWindow(subject: Subject, now: number): Promise<Partial<Record<VelocityKind, number>>> {
      const partitions = partitionsOf(subject);
      const latest = sliceOf(now);
      const keys = partitions.flatMap(({ partition }) =>
        Array.from({ length: slices + 1 }, (_, back) => keyOf(partition, latest - back)),
      );
      const items = keys.length === 0 ? [] : ((await readBatch(db, { [table]: keys }, true))[table] ?? []);
      const found = items.map((item) => Slice.parse(item));
      return Object.fromEntries(
        partitions.map(({ kind, partition }) => {
          const own = new Set<string>();
          for (const { pk, orderIds } of found) if (pk === partition) for (const id of orderIds) own.add(id);
          return [kind, own.size];
        }),
      );
    },
  };
}

/** Keys hold hashes: a counter tells nobody whose it is. */
function partitionsOf({ customerId, email, cardFingerprint, address }: Subject) {
  const values: Record<VelocityKind, string | undefined> = {
    customer: customerId,
    email: email && mailboxOf(email),
    card: cardFingerprint,
    // A country and a postal code alone are a neighbourhood.
    address:
      address?.line1 === undefined ? undefined : plain(`${address.country} ${address.postalCode} ${address.line1}`),
  };
  return velocityKinds.flatMap((kind) => {
    const value = values[kind];
    return value === undefined || value === '' ? [] : [{ kind, partition: `RISK#${kind}#${contentHash(value)}` }];
  });
}

/** One mailbox has many spellings: case does not count, nor what follows a plus sign. */
function mailboxOf(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, at).replace(/\+.*$/, '')}${email.slice(at)}`.toLowerCase();
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
