/** Major, minor, patch. */
export type CniVersion = readonly [major: number, minor: number, patch: number];

/** `v1.22.2-eksbuild.1` as numbers; `null` for anything else. */
export const cniVersionOf = (text: string | null): CniVersion | null => {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text ?? '');
  return parts === null ? null : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
};

export const isAtLeast = (version: CniVersion, bound: CniVersion): boolean => {
  const [major, minor, patch] = version;
  if (major !== bound[0]) return major > bound[0];
  return minor === bound[1] ? patch >= bound[2] : minor > bound[1];
};
