import type { Command, Option } from 'commander';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import { accountOfRole } from '../../shared/model/aws/arn.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Severity } from '../../shared/model/result/finding.ts';
import { collectValues, UsageError } from '../base/command-line.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { listedValues } from '../base/listed-values.ts';
import { type KubernetesOptions, wrongKubernetesOptions } from './kubernetes-options.ts';
import { addOutputOptions, type OutputFormat } from './output-options.ts';
import { REGIONS } from './regions.ts';
import { secretOption } from './secret-option.ts';

/** The options of every command that looks at AWS. */
export interface ScanOptions extends KubernetesOptions {
  readonly region?: readonly string[];
  readonly roleArn?: readonly string[];
  readonly externalId?: string;
  readonly externalIdFile?: string;
  readonly vpc?: readonly string[];
  /** A profile of the AWS configuration, in place of `AWS_PROFILE`. */
  readonly profile?: string;
  /** All Regions that an account has enabled. */
  readonly allRegions?: boolean;
  /** All accounts of the organization. */
  readonly organization?: boolean;
  readonly format: OutputFormat;
  readonly config?: string;
  /** An estate file to scan in the place of AWS. */
  readonly from?: string;
}

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const VPC_ID = /^vpc-[0-9a-z]+$/;

export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

/** From which severity on a command fails. */
export const failOnOption = (): Option =>
  listedValues(
    '--fail-on <severity>',
    'exit with 1 when a finding has at least this severity',
    SEVERITIES,
  ).default('critical');

/** Of STS AssumeRole. */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** The external ID of the command line, or else of the file or the environment; asked for where roles are assumed alone. */
export const readExternalId = (command: Command, env: Readonly<Record<string, string | undefined>>): void => {
  const { roleArn, externalId, externalIdFile, organization } = command.opts<Partial<ScanOptions>>();
  if ((roleArn === undefined && organization !== true) || externalId !== undefined) return;
  const read = secretOption('--external-id-file', externalIdFile, env['HEADROOM_EXTERNAL_ID']);
  if (read !== undefined) command.setOptionValue('externalId', read);
};

/**
 * `--profile` stands for `AWS_PROFILE`, which the AWS SDK reads from the environment of the process. Keys of the
 * environment give way to it, as with the AWS CLI.
 */
export const readProfile = (command: Command): void => {
  const { profile } = command.opts<Partial<ScanOptions>>();
  if (profile === undefined) return;
  process.env['AWS_PROFILE'] = profile;
  for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    delete process.env[key];
};

/**
 * @param format `rows`: the command prints a list, in every format; `false`: it has formats of its own
 * @param from whether an estate file will do as well: not for what stays connected to AWS, or writes such a file
 */
export const addTargetOptions = (
  command: Command,
  {
    format = false,
    from = true,
    vpc = true,
  }: { format?: false | 'rows'; from?: boolean; vpc?: boolean } = {},
): Command => {
  command
    .option('-r, --region <region...>', "Regions to scan (default: the profile's)", collectValues)
    .option('-A, --all-regions', 'all Regions that each account has enabled')
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)')
    .option('--organization', 'all accounts of the organization, each through its scan role')
    .option(
      '--role-arn <arn...>',
      'roles to assume, one for each account (default: your own credentials)',
      collectValues,
    )
    .option('--external-id <id>', 'external ID for assuming the roles')
    .option('--external-id-file <file>', 'a file with the external ID; or set HEADROOM_EXTERNAL_ID');
  if (vpc) command.option('--vpc <vpc-id...>', 'only these VPCs', collectValues);
  if (from) command.option('--from <file>', 'scan a file of `headroom collect` instead of AWS');
  if (format === 'rows') addOutputOptions(command);
  return command.option(
    '-c, --config <file>',
    'settings (default: headroom.yml in this folder, if it exists)',
  );
};

const wrongRegion = (option: string, region: string): string | null =>
  REGION.test(region)
    ? null
    : `${option} ${region} is not a Region (such as eu-west-1)${didYouMean(region, REGIONS)}`;

/** @throws UsageError unless it looks like a Region */
export const regionOf = (option: string, region: string): string => {
  const wrong = wrongRegion(option, region);
  if (wrong !== null) throw new UsageError(`${wrong}.`, 'Give the code of the Region.');
  return region;
};

/** @throws UsageError with all that is wrong with what is to be scanned */
export const checkTargetOptions = (options: Omit<ScanOptions, 'format'>): void => {
  const assumesRoles = options.roleArn !== undefined || options.organization === true;
  const wrong = [
    ...(options.region ?? []).flatMap((region) => wrongRegion('--region', region) ?? []),
    ...(options.roleArn ?? [])
      .filter((arn) => accountOfRole(arn) === null)
      .map(
        (arn) =>
          `--role-arn ${arn} is not the ARN of a role (such as arn:aws:iam::123456789012:role/HeadroomReader)`,
      ),
    ...rolesOfOneAccount(options.roleArn ?? []),
    ...(options.vpc ?? [])
      .filter((vpc) => !VPC_ID.test(vpc))
      .map((vpc) => `--vpc ${vpc} matches nothing: it is not a VPC id (such as vpc-0abc)`),
    ...(options.allRegions === true && options.region !== undefined
      ? ['--all-regions and --region are both given: keep one of them']
      : []),
    ...(options.organization === true && options.roleArn !== undefined
      ? ['--organization and --role-arn are both given: keep one of them']
      : []),
    ...(options.externalIdFile !== undefined && !assumesRoles
      ? ['--external-id-file is only used together with --role-arn or --organization']
      : []),
    ...(options.externalId !== undefined && !EXTERNAL_ID.test(options.externalId)
      ? ['the external ID is not 2 to 1,224 letters, digits and +=,.@:/_-']
      : []),
    ...(options.externalId !== undefined && options.externalIdFile === undefined && !assumesRoles
      ? ['--external-id is only used together with --role-arn or --organization']
      : []),
    ...(options.from === undefined
      ? []
      : (
          [
            ['--role-arn', options.roleArn !== undefined],
            ['--organization', options.organization === true],
            ['--profile', options.profile !== undefined],
            ['--all-regions', options.allRegions === true],
          ] as const
        )
          .filter(([, given]) => given)
          .map(([option]) => `--from reads a file, so ${option} has no effect`)),
    ...wrongKubernetesOptions(options),
  ];
  if (wrong.length > 0)
    throw new UsageError(`${wrong.join('; ')}.`, 'Correct the command line. --help shows examples.');
};

/** An account that is read through two roles would be counted twice, or with the role that was named last. */
const rolesOfOneAccount = (arns: readonly string[]): readonly string[] =>
  [...Map.groupBy(new Set(arns), (arn) => accountOfRole(arn))]
    .filter(([account, roles]) => account !== null && roles.length > 1)
    .map(
      ([account, roles]) =>
        `--role-arn has ${roles.length} roles of account ${account}: ${roles.join(', ')}; keep one of them`,
    );

export const checkSeverity = (option: string, value: string): Severity => {
  const severity = SEVERITIES.find((known) => known === value);
  if (severity === undefined) {
    throw new UsageError(`${option} ${value} is not a severity.`, `Use one of ${SEVERITIES.join(', ')}.`);
  }
  return severity;
};

/** How the command ends by what could be scanned alone; `null`: all of it could. */
export const coverageExit = (assessments: readonly TargetAssessment[]): ExitCode | null => {
  if (assessments.every(({ target }) => target.status === 'failed')) return EXIT.nothingScanned;
  return assessments.some(({ target }) => target.status !== 'ok') ? EXIT.partlyScanned : null;
};
