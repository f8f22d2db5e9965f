import { Option } from 'commander';
import { displayableCommands, NOT_DISPLAYED, quoted } from '../../shared/model/base/shell-words.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { CheckedAccess, CheckedPermission } from '../input/cluster-access.ts';
import { addOutputOptions, type OutputOptions } from '../input/output-options.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from '../input/scan-options.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import type { ListingColumn } from '../output/listing.ts';
import type { AccessDocument } from '../output/listing-documents.ts';
import { problemText } from '../output/problem-text.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends ScanOptions, OutputOptions {
  readonly cluster?: string;
  readonly ipamd?: boolean;
  readonly print?: 'yaml' | 'terraform';
  readonly save?: string;
}

const COLUMNS: readonly ListingColumn<CheckedPermission>[] = [
  { title: 'PERMISSION', cell: ({ permission }) => permission },
  { title: 'GRANTED', cell: ({ granted }) => (granted === null ? 'unknown' : granted ? 'yes' : 'no') },
  { title: 'SHOWS', cell: ({ purpose }) => purpose },
];

/** `headroom access`: what the identity may read in the Kubernetes API of a cluster, and how to grant what is missing. */
export const addAccessCommand: AddCommand = (program, session) => {
  addOutputOptions(addTargetOptions(program.command('access'), { format: false, from: false, vpc: false }), {
    watch: false,
  })
    .description('check and grant the permissions for the Kubernetes API of a cluster')
    .option('--cluster <name>', 'the name of the EKS cluster')
    .option('--context <name>', 'ask as the user of this context of your kubeconfig')
    .option('--ipamd', 'also the permission for the counters of ipamd')
    .addOption(
      new Option('--print <format>', 'print only the roles that grant the permissions').choices([
        'yaml',
        'terraform',
      ]),
    )
    .option('--save <dir>', 'print the commands that save the answers for --kubernetes-from')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom access --cluster payments                          what is granted, and what is missing
  $ headroom access --cluster payments --print yaml | kubectl apply --filename -
  $ headroom access --cluster payments --print terraform > headroom-access.tf
  $ headroom access --save answers/payments | sh                for a cluster that cannot be reached from here

The API server is asked for each permission; nothing is changed. The access entry makes the role known to the cluster,
and gives it a policy of AWS that lists nodes, pods and events. The roles grant the rest to its group. They are printed
whole, also where only some permission is missing: what is applied takes the place of what was there.
Exit codes: 0 all is granted, 1 a permission is missing, 2 wrong usage, 3 the cluster could not be asked.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkTargetOptions(options),
        () => checkOutputOptions(options, COLUMNS),
      );
      const { io } = session;
      if (options.save !== undefined) {
        const { saveCommands } = await import('../../shared/kubernetes/access-manifests.ts');
        io.out(`${saveCommands(options.save).join('\n')}\n`);
        return session.exit(EXIT.ok);
      }
      const { cluster } = options;
      if (cluster === undefined)
        throw new UsageError('--cluster is missing.', 'Name the EKS cluster with --cluster.');
      const { checkAccess } = await import('../input/cluster-access.ts');
      const checked = await checkAccess({ ...options, cluster }, io);
      if (options.print !== undefined) io.out(checked[options.print]);
      else {
        if (checked.problem !== null) io.err(problemText(io, withCredentialHint(checked.problem)));
        await writeListing(io, options, {
          document: documentOf(checked),
          listing: { columns: COLUMNS, rows: checked.permissions, nameOf: ({ permission }) => permission },
        });
        if (options.format === 'table') io.out(stepsOf(checked));
      }
      session.exit(exitOf(checked));
    });
};

const documentOf = ({ cluster, roleArn, permissions, problem }: CheckedAccess): AccessDocument => ({
  schema: 'headroom/access@1',
  cluster,
  roleArn,
  permissions,
  missing: permissions.filter(({ granted }) => granted !== true).map(({ permission }) => permission),
  problem,
});

const exitOf = ({ permissions, problem }: CheckedAccess) => {
  if (problem !== null) return EXIT.nothingScanned;
  return permissions.every(({ granted }) => granted === true) ? EXIT.ok : EXIT.found;
};

const stepsOf = ({ cluster, commands, permissions, isKnown, problem }: CheckedAccess): string => {
  if (permissions.every(({ granted }) => granted === true)) return '\nNothing is missing.\n';
  return [
    '',
    ...(commands.length === 0
      ? []
      : [
          isKnown
            ? 'The cluster knows the role, but not in the group headroom-readers. Add it to the access entry:'
            : `${problem === null ? 'Make' : 'If it has no access entry yet, make'} the role known to the cluster (level 1: nodes, pods and events):`,
          ...(displayableCommands(commands) ?? [NOT_DISPLAYED]).map((line) => `  ${line}`),
          '',
        ]),
    'Grant the permissions to its group (level 2):',
    `  headroom access --cluster ${quoted(cluster)} --print yaml | kubectl apply --filename -`,
    '',
  ].join('\n');
};
