import * as z from 'zod';
import { Category } from '../../catalog/category.ts';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** A category was created, renamed, moved or changed. SKUs, orders and reports keep its id. */
export const CategoryChanged = defineEvent(
  'storeworks.catalog',
  'CategoryChanged',
  Category.extend({
    path: z
      .array(StoredText)
      .max(20)
      .meta({ description: 'Ids of the categories from the top to this one', example: ['drinks', 'tea'] }),
    version: z.int().positive().meta({ description: 'Number of its changes, from 1', example: 2 }),
  }),
);
