/** What ends the name of a type of nodes that run Windows. */
export const ON_WINDOWS = ' (Windows)';

/** A type as plans name it for nodes that run Windows: they have one interface, and targets of their own. */
export const windowsType = (type: string): string => `${type}${ON_WINDOWS}`;

export const isWindowsType = (type: string): boolean => type.endsWith(ON_WINDOWS);
