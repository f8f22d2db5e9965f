/** What a node of each group takes of one supply, at most. */
export type Demands = readonly number[];

/** A supply is too small for a node only if other nodes took at least so much of it. */
export interface Taken {
  readonly demands: Demands;
  readonly atLeast: number;
}

/** What must be true where a node is refused. Linear conditions alone can be added up over zones. */
export type Refusal = Taken | { readonly all: readonly Refusal[] } | { readonly any: readonly Refusal[] };

/** In which ways a node finds no place anywhere: one alternative for each of the components. */
export const waysToRefuse = (
  components: readonly Refusal[],
  most: number,
): readonly (readonly Refusal[])[] => {
  const choices = components.map(alternativesOf);
  const ways = (): number => choices.reduce((product, { length }) => product * length, 1);
  for (let index = 0; index < choices.length && ways() > most; index += 1) {
    choices.splice(index, 1, components.slice(index, index + 1));
  }
  return choices.reduce<readonly (readonly Refusal[])[]>(
    (all, alternatives) => all.flatMap((way) => alternatives.map((each) => [...way, each])),
    [[]],
  );
};

/** Of amounts of the same supply the least is enough: a subnet that lacks more lacks that too. */
const alternativesOf = (refusal: Refusal): readonly Refusal[] => {
  const flat = flattened(refusal);
  return flat.filter(
    (each, index) =>
      !flat.some(
        (other, at) =>
          at !== index &&
          'demands' in each &&
          'demands' in other &&
          other.demands === each.demands &&
          (other.atLeast < each.atLeast || (other.atLeast === each.atLeast && at < index)),
      ),
  );
};

const flattened = (refusal: Refusal): readonly Refusal[] => {
  if ('any' in refusal) return refusal.any.flatMap(flattened);
  const [only] = 'all' in refusal ? refusal.all : [];
  return only !== undefined && 'all' in refusal && refusal.all.length === 1 ? flattened(only) : [refusal];
};

export const conditionsOf = (refusal: Refusal): readonly Taken[] => {
  if ('demands' in refusal) return [refusal];
  return ('all' in refusal ? refusal.all : refusal.any).flatMap(conditionsOf);
};
