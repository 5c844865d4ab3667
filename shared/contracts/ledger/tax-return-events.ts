import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A person filed a tax return: it does not change afterwards. */
export const TaxReturnFiled = defineEvent(
  'storeworks.ledger',
  'TaxReturnFiled',
  z.object({
    kind: StoredText.meta({ description: 'Kind of the return', example: 'uk-vat' }),
    period: StoredText.meta({ description: 'A month or a quarter', example: '2026-Q2' }),
    filedAt: Instant.describe('When it was filed'),
    filedBy: StoredText.meta({ description: 'Client or user who filed it', example: 'finance' }),
    sha256: StoredText.meta({
      description: 'SHA-256 of the JSON of the return, in hexadecimal',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    }),
  }),
);
