import { ConfigError } from '../errors.ts';
import { readSecret, secretMembers, type SecretReader } from './read-secret.ts';

/**
 * The secret that is kept at a place: `env:<NAME>`, `secret:<name or ARN>`, or `secret:<name or ARN>#<member>` of one that is JSON. Throws a
 * `ConfigError` that names the place where there is none.
 */
export async function secretAt(place: string, reader: SecretReader): Promise<string> {
  const [, form, name = '', member] = /^(env|secret):([^#]+)(?:#(.+))?$/.exec(place) ?? [];
  if (form === 'env') return reader.environment[name] || missing(place, reader, `set the environment variable ${name}`);
  if (form !== 'secret') return missing(place, reader, 'write env:<NAME> or secret:<name or ARN>');
  const text = await readSecret(name, reader);
  const found = member === undefined ? text : secretMembers(text)[member];
  if (typeof found === 'string' && found !== '') return found;
  return missing(place, reader, member === undefined ? 'it has no text' : `it must be JSON with the member ${member}`);
}

function missing(place: string, { who, context = {} }: SecretReader, advice: string): never {
  throw new ConfigError('SECRET_INVALID', `${who}: there is no secret at ${place}: ${advice}`, { context });
}
