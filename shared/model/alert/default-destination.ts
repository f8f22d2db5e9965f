/** The name of the destination of alerts that no route sends elsewhere. */
export const DEFAULT_DESTINATION = 'default';
