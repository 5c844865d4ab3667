import { CfnOutput, Fn, type Stack } from 'aws-cdk-lib';

/** Stacks whose values other stacks import by name. */
export const dataStackName = 'Storeworks-Data';
export const apiStackName = 'Storeworks-Api';

/**
 * Exports a value as `<stack>-<id>`, whether a stack imports it or not: the removal of an importer then removes no
 * export. A value that a setting can remove is an output without export: `Fn.getStackOutput` reads it.
 */
export const exportValue = (stack: Stack, id: string, value: string) =>
  new CfnOutput(stack, id, { value, exportName: `${stack.stackName}-${id}` });

/** A value that other stacks read by `Fn.getStackOutput`, and people and scripts by its key. */
export const addOutput = (stack: Stack, id: string, value: string) => new CfnOutput(stack, id, { value });

export const exportName = (id: string) => `${dataStackName}-${id}`;
export const importFromData = (id: string) => Fn.importValue(exportName(id));
export const importFromApi = (id: string) => Fn.importValue(`${apiStackName}-${id}`);

/** `order-intake` is `OrderIntake`, as the workflow's stack. */
export const pascalCase = (kebab: string) =>
  kebab.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
