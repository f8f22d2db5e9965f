import { setTimeout as pause } from 'node:timers/promises';
import type { Pluggable } from '@smithy/types';
import { isThrottle } from '../model/aws/failure-kinds.ts';

/** Time for a bucket to fill again, in milliseconds: EC2 hands out 5 to 20 requests a second, so 10 to 40 are there for others by then. */
const ALONE = 2_000;

/**
 * EC2's buckets are shared with the nodes' own CNI. The SDK's adaptive retries find the rate at which a bucket is just
 * empty, and stay there: in a lab with three requests a second a second user, making one, was refused in four of nine.
 * So a call that finds the bucket of an action empty makes all calls of the client wait until it has filled again.
 */
export const leavingRoom = <Input extends object, Output extends object>(): Pluggable<Input, Output> => {
  const aloneUntil = new Map<string, number>();
  return {
    applyToStack: (stack) => {
      stack.add(
        (next, context) => async (args) => {
          const action = context.commandName ?? '';
          // Others may have found it empty in the meantime.
          for (let now = performance.now(); now < (aloneUntil.get(action) ?? 0); now = performance.now())
            await pause((aloneUntil.get(action) ?? 0) - now);
          try {
            return await next(args);
          } catch (error) {
            if (isThrottle(error)) aloneUntil.set(action, performance.now() + ALONE);
            throw error;
          }
        },
        { name: 'headroomLeavingRoom', step: 'deserialize', priority: 'high', override: true },
      );
    },
  };
};
