import type { Tags } from '../aws/inventory.ts';

/** Tag keys that name a team, the most telling first; case does not matter. */
const KEYS = ['team', 'owner'] as const;

/** The team that a resource's tags name; `null`: they name none. */
export const teamOf = (tags: Tags): string | null => {
  for (const wanted of KEYS) {
    const found = Object.entries(tags).find(([key, value]) => key.toLowerCase() === wanted && value !== '');
    if (found !== undefined) return found[1];
  }
  return null;
};

/** The one team of several resources; `null`: they name none, or several. */
export const commonTeamOf = (tags: readonly Tags[]): string | null => {
  const [first = null, ...others] = new Set(tags.map(teamOf));
  return others.length === 0 ? first : null;
};
