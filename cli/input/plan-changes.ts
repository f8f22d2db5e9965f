import { parseCidr } from '../../shared/model/net/cidr.ts';
import { NO_CHANGES, type PlannedChanges, SETTING_NAMES } from '../../shared/model/plan/changes.ts';
import type { NewNodeSettings } from '../../shared/model/result/cluster.ts';
import { UsageError } from '../base/command-line.ts';

/** The options that say what is to be changed. */
export interface ChangeOptions {
  readonly set?: readonly string[];
  readonly type?: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly customNetworking?: string;
  readonly addSubnet?: readonly string[];
  readonly reserve?: readonly string[];
}

type Flag = 'prefixDelegation' | 'customNetworking' | 'podEni';
type Target = Exclude<keyof NewNodeSettings, Flag>;

const FLAGS: readonly Flag[] = ['prefixDelegation', 'podEni'];
const TARGETS: readonly Target[] = [
  'warmEniTarget',
  'warmPrefixTarget',
  'warmIpTarget',
  'minimumIpTarget',
  'maxEni',
];

/** A VPC's ranges and its subnets are from /16 to /28. */
const LARGEST = 16;
const SMALLEST = 28;
/** More than a VPC can hold: NAU ends at 256,000. */
const MOST = 100_000;

/**
 * All changes that the options name.
 *
 * @throws UsageError with everything that is wrong with them
 */
export const changesOf = (options: ChangeOptions): PlannedChanges => {
  const problems: string[] = [];
  const settings = settingsOf(options.set ?? [], problems);
  const newSubnets = (options.addSubnet ?? []).flatMap((text) => {
    const [cidr = '', zone = ''] = text.split('@');
    checkRange('--add-subnet', cidr, problems);
    if (!/^[a-z]{2}(-[a-z]+)+-\d+([a-z]|-[a-z0-9-]+)$/.test(zone))
      problems.push(`--add-subnet ${text} names no zone: give it as 10.0.64.0/20@eu-west-1a`);
    return [{ cidr, zone }];
  });
  for (const range of options.reserve ?? []) checkRange('--reserve', range, problems);
  if (options.customNetworking !== undefined)
    checkRange('--custom-networking', options.customNetworking, problems);
  if (options.type !== undefined && !/^[a-z0-9-]+\.[a-z0-9-]+$/.test(options.type))
    problems.push(`--type ${options.type} is not an instance type, such as m6i.2xlarge`);
  const changes: PlannedChanges = {
    ...NO_CHANGES,
    settings,
    type: options.type ?? null,
    nodes: signed('--nodes', options.nodes, problems),
    pods: signed('--pods', options.pods, problems),
    customNetworking: options.customNetworking ?? null,
    newSubnets,
    reservations: options.reserve ?? [],
  };
  if (problems.length > 0)
    throw new UsageError(`${problems.join('; ')}.`, 'Correct the command line. --help shows examples.');
  return changes;
};

const signed = (option: string, text: string | undefined, problems: string[]): number => {
  if (text === undefined) return 0;
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Math.abs(value) <= MOST) return value;
  problems.push(`${option} ${text} is not a change in whole numbers, such as +20 or -5`);
  return 0;
};

const checkRange = (option: string, text: string, problems: string[]): void => {
  const range = parseCidr(text);
  const least = option === '--reserve' ? SMALLEST : LARGEST;
  if (range === null || range.length > SMALLEST || (range.length < LARGEST && least === LARGEST))
    problems.push(`${option} ${text} is not an IPv4 range from /${LARGEST} to /${SMALLEST}`);
};

const settingsOf = (texts: readonly string[], problems: string[]): Partial<NewNodeSettings> => {
  const settings: { -readonly [Key in keyof NewNodeSettings]?: NewNodeSettings[Key] } = {};
  const seen = new Set<string>();
  for (const text of texts) {
    const [name = '', value = ''] = text.split('=');
    if (seen.has(name)) problems.push(`--set ${name} is given twice: keep one of its values`);
    seen.add(name);
    const flag = FLAGS.find((each) => SETTING_NAMES[each] === name);
    const target = TARGETS.find((each) => SETTING_NAMES[each] === name);
    if (name === 'mode' && (value === 'prefix' || value === 'secondary'))
      settings.prefixDelegation = value === 'prefix';
    else if (flag !== undefined && (value === 'true' || value === 'false')) settings[flag] = value === 'true';
    else if (target !== undefined && /^\d{1,5}$/.test(value)) settings[target] = Number(value);
    else
      problems.push(
        `--set ${text} is no setting: give mode=prefix, mode=secondary, or a variable of the CNI such as WARM_IP_TARGET=2`,
      );
  }
  return settings;
};
