/** `order-intake` is `OrderIntake`, as the workflow's stack. */
export const pascalCase = (kebab: string) =>
  kebab.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
