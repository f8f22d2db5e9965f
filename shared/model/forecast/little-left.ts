/** From here on an alarm at 80 % used would go off, and a warning should not come later than by that. */
const LITTLE_SHARE = 0.2;

export const isLittleLeft = (left: number, capacity: number): boolean => left <= LITTLE_SHARE * capacity;
