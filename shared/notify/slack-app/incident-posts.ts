import type * as z from 'zod/mini';
import { HeadroomError } from '../../model/base/errors.ts';
import { INCIDENT_POST, type IncidentPost } from './incident-post.ts';

/** Where posts are remembered: a compare-and-set of small JSON records. */
export interface PostMemory {
  /** @throws HeadroomError `state-unreadable` where the record has another form */
  get(key: string, form: z.ZodMiniType<IncidentPost>): Promise<IncidentPost | null>;
  /** Stores `value` if the record still is what `get` answered. */
  exchange(key: string, expected: unknown, value: unknown): Promise<'stored' | 'conflict'>;
}

/** Lost races before giving up. Each one lost means that a click or another run has stored the record in between. */
const ATTEMPTS = 8;

/** The posts of one destination, by incident. */
export class IncidentPosts {
  readonly #memory: PostMemory;
  readonly #destination: string;

  constructor(memory: PostMemory, destination: string) {
    this.#memory = memory;
    this.#destination = destination;
  }

  async get(incident: string): Promise<IncidentPost | null> {
    return this.#memory.get(this.#key(incident), INCIDENT_POST);
  }

  /**
   * Changes what is remembered of a post, and returns what is stored now. `change` may be called again with what others
   * stored meanwhile; it returns what it was given where nothing changes.
   *
   * @throws HeadroomError `slack-post-contended` when others kept changing it
   */
  async change<Post extends IncidentPost | null>(
    incident: string,
    change: (post: IncidentPost | null) => Post,
  ): Promise<Post> {
    const key = this.#key(incident);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = await this.#memory.get(key, INCIDENT_POST);
      const after = change(before);
      if (after === before || (await this.#memory.exchange(key, before, after)) === 'stored') return after;
    }
    throw new HeadroomError(
      'slack-post-contended',
      `What is known of the Slack post of ${incident} could not be stored: others changed it first, ${ATTEMPTS} times running`,
      'Nothing now: Headroom tries again.',
    );
  }

  #key(incident: string): string {
    return `slack-app/${this.#destination}/${incident}`;
  }
}
