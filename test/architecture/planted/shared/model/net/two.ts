import type { One } from './one.ts';

export interface Two {
  readonly one: One | null;
}
