/** Every event of Flotilla has this source; its type is that of `FlotillaEvent`. */
export const EVENT_SOURCE = 'flotilla';
/** What happens to runs. */
export const RUN_EVENT = 'flotilla.run';
