/** Checks that find addresses which are held and not needed: what a digest counts as waste, next to leaked interfaces. */
const WASTE: ReadonlySet<string> = new Set([
  'warm-pool-waste',
  'unused-cni-subnet',
  'unusable-prefixes',
  'reserved-enis',
]);

export const isWaste = ({ kind }: { readonly kind: string }): boolean => WASTE.has(kind);
