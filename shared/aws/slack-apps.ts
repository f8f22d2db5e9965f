import type { Destination } from '../config/schema/destinations.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { PictureSource } from '../notify/picture/subnet-picture.ts';
import type { PostMemory } from '../notify/slack-app/incident-posts.ts';
import { createSlackApp, type SlackApp } from '../notify/slack-app/slack-app.ts';
import type { SlackDestination } from '../pipeline/slack-interaction.ts';
import type { CacheStore } from '../state/state-store.ts';
import { httpEnvironment } from './network.ts';
import { secretAt } from './secrets.ts';

/** The post of an incident is remembered this long after its last step (milliseconds). */
const REMEMBERED = 90 * 24 * 3600 * 1000;

const postMemory = (cache: CacheStore, clock: () => number): PostMemory => ({
  get: (key, form) => cache.get(key, clock(), form),
  exchange: (key, expected, value) => {
    const now = clock();
    return cache.exchange(key, { expected, value, now, expiresAt: now + REMEMBERED });
  },
});

/** Where an app posts, and what it needs for that. */
interface Surroundings {
  readonly home: Target;
  readonly clock: () => number;
  readonly cache: CacheStore;
  readonly picture?: PictureSource | undefined;
  /** Another address than Slack's, for a stand-in. */
  readonly slackUrl?: string | undefined;
}

export const slackAppFor = (
  name: string,
  destination: Extract<Destination, { readonly kind: 'slack-app' }>,
  { home, clock, cache, picture, slackUrl }: Surroundings,
): SlackApp =>
  createSlackApp({
    name,
    channel: destination.channel,
    token: secretAt(destination.token, 'token', home, clock),
    memory: postMemory(cache, clock),
    clock,
    environment: httpEnvironment(),
    ...(picture === undefined ? {} : { picture }),
    ...(slackUrl === undefined ? {} : { url: slackUrl }),
  });

/** Every Slack app of the configuration, for clicks on its buttons. */
export const slackDestinations = (
  destinations: ReadonlyMap<string, Destination>,
  surroundings: Surroundings,
): ReadonlyMap<string, SlackDestination> =>
  new Map(
    [...destinations].flatMap(([name, destination]) =>
      destination.kind === 'slack-app'
        ? [
            [
              name,
              {
                app: slackAppFor(name, destination, surroundings),
                signingSecret: secretAt(
                  destination.signingSecret,
                  'signingSecret',
                  surroundings.home,
                  surroundings.clock,
                ),
                timeZone: destination.timeZone,
              },
            ] as const,
          ]
        : [],
    ),
  );
