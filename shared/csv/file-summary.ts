import * as z from 'zod';
import { StoredText } from '../contracts/bounds.ts';

const file = z.string().meta({ description: 'Key of the uploaded file', example: 'imports/2026-11.csv' });

/** A number in a summary. */
export const count = (description: string, example: number) => z.int().nonnegative().meta({ description, example });

/** Fields of the summary of a file whose rows were processed, or that was refused as a whole. */
export const processedFile = {
  file,
  rows: count('Number of rows, without the header', 182),
  refused: StoredText.optional().meta({
    description: 'Why the whole file was refused; absent if its rows were processed',
    example: 'row 1: the column sku is missing',
  }),
  encoding: StoredText.optional().meta({ description: 'Encoding, if it is not UTF-8', example: 'Windows-1252' }),
  separator: StoredText.optional().meta({ description: 'Separator, if it is not a comma', example: 'semicolon' }),
};

/** The summary of a file that a defect of the store stopped. */
export const FailedFile = z.object({
  file,
  failed: z.string().meta({
    description: 'An error of the store stopped the file. The store tries again, and then replaces the summary',
    example: 'An error of the store stopped the file; some rows may be applied.',
  }),
});
