import type { Request } from '../../shared/lambda/http-handler.ts';
import type { DefinedRoute } from '../../shared/contracts/define-route.ts';
import { aCause } from './builders.ts';

/** A parsed request as a serving function is given it, of the storefront unless told. */
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
