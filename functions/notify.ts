import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { notifyOf, type NotifyInput } from '../lib/runtime/open-notifier.ts';

/** Tells people what happened. */
export const notifyFunction = defineFunction<NotifyInput>('notify', notifyOf);

export const handler = onLambda(notifyFunction);
