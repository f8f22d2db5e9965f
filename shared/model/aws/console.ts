/** The beginning of a Region's partition names, and the console there. Source: the endpoint reference of each partition. */
const CONSOLES: readonly (readonly [prefix: string, host: string | null])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
  ['eusc-', 'console.amazonaws-eusc.eu'],
  // The isolated partitions have no console that the public knows: no link is better than a wrong one.
  ['us-iso', null],
  ['eu-isoe-', null],
];

/** The host of the AWS console for a Region, such as `eu-west-1.console.aws.amazon.com`; `null`: none is known. */
export const consoleHost = (region: string): string | null => {
  const known = CONSOLES.find(([prefix]) => region.startsWith(prefix));
  const host = known === undefined ? 'console.aws.amazon.com' : known[1];
  return host === null ? null : `${region}.${host}`;
};
