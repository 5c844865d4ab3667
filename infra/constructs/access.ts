import type { WorkflowFunction } from './workflow-function.ts';

/**
 * What a function may do with a resource: the environment variables that name the resource, and the permissions.
 * The owner of the resource declares it, so that a workflow names both together.
 */
export type Access<V extends string> = {
  readonly variables: Readonly<Record<V, string>>;
  readonly grant?: (handler: WorkflowFunction) => void;
};

type VariableOf<A> = A extends { variables: infer R } ? keyof R & string : never;

/** Joins access values into one. */
export const all = <const A extends readonly Access<never>[]>(...accesses: A): Access<VariableOf<A[number]>> => ({
  variables: Object.assign({}, ...accesses.map(({ variables }) => variables)),
  grant: (handler) => accesses.forEach(({ grant }) => grant?.(handler)),
});

/** Variables that come with no permission, such as settings of the store. */
export const variables = <V extends string>(values: Record<V, string>): Access<V> => ({ variables: values });

// Conditional, so that TypeScript does not infer `E` from the access value.
type RequiredKey<E> = E extends unknown
  ? string & keyof { [K in keyof E as object extends Pick<E, K> ? never : K]: E[K] }
  : never;

/** An access value that sets every variable which a handler's environment `E` requires; a missing one does not compile. */
export type AccessFor<E> = Access<RequiredKey<E>>;
