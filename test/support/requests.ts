import type { Request } from '../../shared/lambda/http-handler.ts';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { aCause } from './builders.ts';

/** Returns a parsed request as a route function receives it. The client is the storefront by default. */
export const aRequest = <R extends DefinedRoute>(_route: R, given: Partial<Request<R>>, clientId = 'storefront') =>
  ({
    params: undefined,
    query: undefined,
    headers: {},
    body: undefined,
    caller: { clientId, subject: clientId, groups: [], address: '192.0.2.1' },
    cause: aCause({ actor: clientId }),
    ...given,
  }) as Request<R>;
