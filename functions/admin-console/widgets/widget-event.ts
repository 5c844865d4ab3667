import * as z from 'zod';

const FormValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A pressed button: an operation and its inputs. `fields` are inputs that a form has, by the name of its element. */
export const Press = z.strictObject({
  operation: z.string().max(64),
  inputs: z.record(z.string().max(64), z.string().max(2000)),
  fields: z.record(z.string().max(64), z.string().max(200)).default({}),
});
export type Press = z.infer<typeof Press>;

/** What a dashboard sends to the function of a custom widget. Source: CloudWatch, "Details about custom widgets". */
export const WidgetEvent = z.object({
  describe: z.boolean().optional(),
  widget: z.string().max(64).optional(),
  press: Press.optional(),
  widgetContext: z
    .object({
      locale: z.string().max(40).default('en'),
      forms: z.object({ all: z.record(z.string().max(200), FormValue).default({}) }).default({ all: {} }),
    })
    .default({ locale: 'en', forms: { all: {} } }),
});
export type WidgetEvent = z.infer<typeof WidgetEvent>;
