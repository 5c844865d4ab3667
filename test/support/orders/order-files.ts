import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import { type BackOffice, s3Of } from '../system/back-office.ts';

const header = 'externalOrderId,channel,currency,placedAt,customerId,country,sku,quantity,unitPriceMinor,taxMinor';

/** The bucket of order files. `office` is read at each call, because tests assign it in `beforeAll`. */
export function orderFiles(office: () => BackOffice) {
  const read = async (Key: string): Promise<string> => {
    const { credentials } = office();
    const { Body } = await s3Of(credentials).send(new GetObjectCommand({ Bucket: credentials.orderFilesBucket, Key }));
    return (await Body?.transformToString()) ?? '';
  };
  return {
    read,
    /** Uploads a file and waits for its result files. In `latin1`, a character of the rows is a byte. */
    upload: async (name: string, rows: string[], head = header, encoding: 'utf8' | 'latin1' = 'utf8') => {
      const { credentials } = office();
      const file = {
        Bucket: credentials.orderFilesBucket,
        Key: `imports/${name}.csv`,
        Body: Buffer.from([head, ...rows].join('\n'), encoding),
      };
      await s3Of(credentials).send(new PutObjectCommand(file));
      await vi.waitFor(() => read(`results/${name}.json`), { timeout: 50_000, interval: 50 });
      return {
        summary: JSON.parse(await read(`results/${name}.json`)),
        badRows: (await read(`results/${name}.csv`)).trim().split('\n').slice(1),
      };
    },
  };
}
