import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { TokenEvent, withScopes } from './decide.ts';

/** Called by the user pool before each access token of a person, also when they refresh it. */
export const handler = eventHandler(TokenEvent, async (event) => withScopes(event));
