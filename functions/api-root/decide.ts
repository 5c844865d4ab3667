import type { DefinedRoute } from '../../shared/contracts/define-route.ts';

/** Methods under which a percent-encoded path exists; none if it does not exist at all. */
export const methodsOf = (path: string, routes: readonly DefinedRoute[]): string[] =>
  [...new Set(routes.filter((route) => matches(route.path, path)).map(({ method }) => method))].sort();

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return false;
  return wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]));
}
