import type { TargetEntry } from './notify-schema.ts';

/** Where the secrets of a target are kept. */
export function secretPlacesOf(target: TargetEntry): readonly string[] {
  switch (target.type) {
    case 'webhook':
      return [...Object.values(target.secrets), target['signing-secret']].filter((place) => place !== undefined);
    case 'slack':
      return [target['webhook-url']];
    case 'gotify':
      return [target.token];
    case 'ntfy':
      return target.token === undefined ? [] : [target.token];
    case 'smtp':
      return target.password === undefined ? [] : [target.password];
    case 'email':
    case 'sns':
      return [];
  }
}
