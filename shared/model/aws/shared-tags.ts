import type { Tags } from './inventory.ts';

/** Gives equal tags the same identity: those of a group of nodes are kept once, and what follows from them is found once. */
export class SharedTags {
  readonly #known = new Map<string, Tags>();

  of(tags: Tags): Tags {
    const text = JSON.stringify(tags);
    const known = this.#known.get(text) ?? tags;
    this.#known.set(text, known);
    return known;
  }
}
