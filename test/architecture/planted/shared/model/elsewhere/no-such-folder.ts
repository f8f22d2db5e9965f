export const misplaced = true;
