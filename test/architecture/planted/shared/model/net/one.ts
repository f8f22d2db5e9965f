import type { Two } from './two.ts';

export interface One {
  readonly two: Two | null;
}
