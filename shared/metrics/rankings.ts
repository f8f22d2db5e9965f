/** How many of the worst subnets a graph of the fleet board shows. */
export const WORST_IN_GRAPHS = 10;

/** The graphs of the fleet board: what is compared, and which end of it is bad. */
export const RANKINGS = [
  ['Hours until addresses run out', 'HoursToExhaustion', 'lowest'],
  ['Hours until prefixes run out', 'HoursToPrefixExhaustion', 'lowest'],
  ['Fewest available addresses', 'AvailableAddresses', 'lowest'],
  ['Fewest free prefixes', 'FreePrefixes', 'lowest'],
  ['Highest utilization', 'UtilizationPercent', 'highest'],
  ['Most fragmented', 'FragmentationIndex', 'highest'],
  ['Most stranded addresses', 'StrandedAddresses', 'highest'],
  ['Most leaked interfaces', 'LeakedInterfaces', 'highest'],
  ['Most unaccounted addresses', 'UnaccountedAddresses', 'highest'],
] as const;
