/** The path of a Chromium, or null. */
export declare const findChromium: () => string | null;
