import * as z from 'zod/mini';
import { HeadroomError } from '../model/base/errors.ts';

/** What the function plan-scan is invoked with to send test messages in place of a run. */
const TEST_REQUEST = z.strictObject({
  testMessage: z.strictObject({
    destinations: z.optional(
      z.array(z.string().check(z.minLength(1), z.maxLength(256))).check(z.maxLength(100)),
    ),
    severity: z.optional(z.enum(['warning', 'critical'])),
  }),
});

export interface TestRequest {
  /** Absent: all, and the default destination. */
  readonly destinations: readonly string[] | undefined;
  readonly severity: 'warning' | 'critical';
}

/**
 * What an event with `testMessage` asks for.
 *
 * @throws HeadroomError `test-request-malformed` where that is not known
 */
export const testRequestOf = (event: object): TestRequest => {
  const { data } = TEST_REQUEST.safeParse(event);
  if (data === undefined)
    throw new HeadroomError(
      'test-request-malformed',
      'The event asks for a test message in a form that is not known.',
      'Give {"testMessage":{}}, or {"testMessage":{"destinations":["on-call"],"severity":"critical"}}.',
    );
  const { destinations, severity = 'warning' } = data.testMessage;
  return { destinations, severity };
};

/**
 * The destinations of a test. @throws HeadroomError `destination-missing` for a name that none has
 *
 * @param destinations left out: all
 * @param known names of destinations, with the default one
 */
export const testedDestinations = (
  destinations: readonly string[] | undefined,
  known: ReadonlySet<string>,
): readonly string[] => {
  if (destinations === undefined) return [...known];
  const unknown = destinations.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new HeadroomError(
      'destination-missing',
      `There is no destination ${unknown.join(', ')}.`,
      `Name some of ${[...known].join(', ')}.`,
    );
  return [...new Set(destinations)];
};
