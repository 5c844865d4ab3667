import * as z from 'zod';

const text = (max: number) => z.string().trim().min(1).max(max);

export const attributeTypes = ['text', 'number', 'colour', 'size', 'material'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** Name of an attribute: lower case, so that one attribute is not written in two ways. */
export const AttributeName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'An attribute name has 1 to 50 lower-case letters, digits and dashes')
  .meta({ description: 'Name of the attribute', example: 'colour' });

const typed = <T extends AttributeType, V extends z.ZodRawShape>(type: T, shape: V) =>
  z.strictObject({
    name: AttributeName,
    type: z.literal(type).meta({ description: 'Type of the value', example: type }),
    ...shape,
  });

const Material = z.strictObject({
  material: text(50).meta({ description: 'Name of the material', example: 'cotton' }),
  percent: z.int().min(1).max(100).optional().meta({ description: 'Share in percent; all or none', example: 80 }),
});

/** A typed attribute of a product or of a variant. */
export const Attribute = z
  .discriminatedUnion('type', [
    typed('text', { value: text(500).meta({ description: 'The text', example: 'Loose leaf' }) }),
    typed('number', {
      value: z.number().min(-1e12).max(1e12).meta({ description: 'The number', example: 330 }),
      unit: text(20).optional().meta({ description: 'Unit of the number', example: 'ml' }),
    }),
    typed('colour', {
      value: text(50).meta({ description: 'Name of the colour', example: 'Navy' }),
      hex: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/, 'A colour is # and six hexadecimal digits, such as #1f2a44')
        .optional()
        .meta({ description: 'The colour in sRGB', example: '#1f2a44' }),
    }),
    typed('size', {
      value: text(30).meta({ description: 'The size', example: 'M' }),
      system: text(20).optional().meta({ description: 'System of sizes', example: 'EU' }),
    }),
    typed('material', {
      value: z.array(Material).min(1).max(10).meta({ description: 'Materials; their shares sum to 100 percent' }),
    }),
  ])
  .meta({ id: 'Attribute' });
export type Attribute = z.infer<typeof Attribute>;

/** Longer texts are descriptions. SKUs keep a copy of the others, which each order reads. */
const maxSelectable = 50;

/** The values of attributes by name, as promotions select goods by them: numbers as text, materials by name. */
export function selectableAttributes(attributes: readonly Attribute[]): Record<string, string[]> {
  const values = attributes.map(({ name, type, value }): [string, string[]] => [
    name,
    type === 'material' ? value.map(({ material }) => material) : [String(value)],
  ]);
  return Object.fromEntries(values.filter(([, texts]) => texts.every((text) => text.length <= maxSelectable)));
}
