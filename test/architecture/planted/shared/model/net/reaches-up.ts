import { checks } from '../checks/checks.ts';

export const reachesUp = checks;
