import type { EstateBlueprint } from '../estate/estate.ts';
import { demo } from './demo.ts';

/** Every estate that can be asked for by name. */
export const ESTATES: readonly EstateBlueprint[] = [demo];

export const estateNamed = (name: string): EstateBlueprint | undefined =>
  ESTATES.find((estate) => estate.name === name);
