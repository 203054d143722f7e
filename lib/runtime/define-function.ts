import { functionEnvironments, parseEnvironment } from '../config/environment.ts';
import { FlotillaError, formatErrorChain } from '../errors.ts';
import type { CallContext, Host } from './host.ts';
import { lambdaHost } from './lambda-host.ts';
import { openServices, type Services } from './open-worker.ts';

/** A function as Lambda or the embedded machine calls it. */
export type Handler = (input: unknown, call: CallContext) => Promise<unknown>;

/** A function, ready to be bound to what surrounds it; its services are opened at the first call and shared by all. */
export type FlotillaFunction = (host: Host) => Handler;

/** What one call of a function works with. */
export interface Call {
  readonly services: Services;
  readonly host: Host;
  readonly context: CallContext;
}

/** What a function does with one input. */
export type UseCase<Input> = (input: Input, call: Call) => Promise<unknown>;

/**
 * A handler only introduces people: the environment is parsed once, the services are opened, and the use case is called with
 * its input. What the use case throws leaves the handler: its name is the error type that Step Functions matches.
 */
export function defineFunction<Input>(name: keyof typeof functionEnvironments, useCase: UseCase<Input>): FlotillaFunction {
  return (host) => {
    let services: Services | undefined;
    let calls = 0;
    return async (input, context) => {
      services ??= openServices(parseEnvironment(functionEnvironments[name], host.environment), host);
      calls += 1;
      try {
        // The machine's own definition makes the input (sync/payloads.ts); job and overrides in it are validated by their schemas.
        return await useCase(input as Input, { services, host, context });
      } catch (error) {
        return rethrow(error);
      } finally {
        calls -= 1;
        if (calls === 0) await services.rest();
      }
    };
  };
}

/** All that Step Functions hands on of an error is its name and message: code and causes go there. */
function rethrow(error: unknown): never {
  if (error instanceof FlotillaError) error.message = `${error.code}: ${formatErrorChain(error)}`;
  throw error;
}

/** The handler that Lambda calls. */
export function onLambda(flotillaFunction: FlotillaFunction): Handler {
  return flotillaFunction(lambdaHost(process.env));
}
