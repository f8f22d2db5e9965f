import type { Unknown } from '../result/unknown.ts';

/** Enough to look one up in the console; the count says how many there are. */
const EXAMPLES = 3;

/** Counts what EC2 answered that cannot be so, and keeps a few examples, however many there are. */
export class OddAnswers {
  readonly #field: string;
  readonly #consequence: string;
  readonly #examples: string[] = [];
  #count = 0;

  /** @param consequence what it means for the figures, as a clause: `they are in no figure` */
  constructor(field: string, consequence: string) {
    this.#field = field;
    this.#consequence = consequence;
  }

  add(example: string): void {
    this.#count += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(example);
  }

  /** One entry for all of them; none where there were none. */
  unknowns(): readonly Unknown[] {
    if (this.#count === 0) return [];
    const more = this.#count > EXAMPLES ? `, and ${this.#count - EXAMPLES} more` : '';
    return [
      {
        field: this.#field,
        reason: `EC2 answered ${this.#examples.join(', ')}${more}, which cannot be in this subnet: ${this.#consequence}.`,
      },
    ];
  }
}
