import { printable } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import { addDocumentOptions, checkDocumentFormat } from '../input/output-options.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from '../input/scan-options.ts';
import type { DoctorCheck, DoctorDocument } from '../output/doctor-document.ts';
import { documentText } from '../output/document.ts';
import { createProgress } from '../output/progress.ts';

interface Options extends ScanOptions {
  readonly state?: string;
  readonly table?: string;
  readonly stack?: string;
  readonly readerRole?: string;
}

const STYLE = { ok: 'green', failed: 'red', unknown: 'yellow' } as const;

const renderCheck = (io: Io, { check, subject, status, message, action }: DoctorCheck): string => {
  const dye = paint(io);
  const safe = (text: string): string => printable(redactSecrets(text));
  const below = action === null ? '' : `${' '.repeat(9)}${dye('dim', safe(action))}\n`;
  return `${dye(STYLE[status], status.padEnd(7))}  ${dye('bold', safe(check))} ${safe(subject)}: ${safe(message)}\n${below}`;
};

/** As for a scan: a target whose calls could be tried can be scanned at least in part. */
const exitOf = (checks: readonly DoctorCheck[]): ExitCode => {
  if (checks.every(({ status }) => status !== 'failed')) return EXIT.ok;
  return checks.some(({ check }) => check.startsWith('permission'))
    ? EXIT.partlyScanned
    : EXIT.nothingScanned;
};

/** `headroom doctor`: whether everything that a scan and its alerts need is there, and what to fix. */
export const addDoctorCommand: AddCommand = (program, session) => {
  addDocumentOptions(addTargetOptions(program.command('doctor'), { format: false, from: false, vpc: false }))
    .description(
      'check credentials, roles, every permission, accounts, Regions, destinations, clusters and state',
    )
    .option('--kubernetes', 'also ask the Kubernetes API of every EKS cluster for each permission')
    .option('-s, --state <file>', 'also read the state of `headroom serve`')
    .option('-t, --table <name>', 'also try the state of a deployment, in this DynamoDB table')
    .option('--stack <name>', 'also ask IAM about the role of every function of this deployment')
    .option(
      '--reader-role <name>',
      'also ask IAM about the role that a deployment reads this account through',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ headroom doctor                                       this account, the profile's Region
  $ headroom doctor --organization --all-regions          every account and Region of the organization
  $ headroom doctor --config headroom.yml --table headroom-prod-state --stack headroom-prod
  $ headroom doctor --reader-role HeadroomReader          with credentials of an account that a deployment reads
  $ headroom doctor --output json | jq '.checks[] | select(.status == "failed")'

It tries every call of a scan, with DryRun where EC2 has it. It also tries every call on the state table, with a
condition that never holds. Roles that only AWS Lambda may assume are simulated by IAM. It changes nothing and sends no
message.
Exit codes: 0 all is well, 2 wrong usage or configuration, 3 nothing could be scanned, 4 something has to be fixed.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkTargetOptions(options),
        () => checkDocumentFormat(options.format),
      );
      const { io } = session;
      const configuration = await readConfiguration(options.config);
      const { runDoctor } = await import('../input/doctor-checks.ts');
      const progress = createProgress(io);
      let checks: readonly DoctorCheck[];
      try {
        checks = await runDoctor(options, configuration, io.now, progress.show);
      } finally {
        progress.clear();
      }
      const document: DoctorDocument = {
        schema: 'headroom/doctor@1',
        checkedAt: new Date(io.now()).toISOString(),
        checks,
      };
      const { format } = options;
      if (format === 'json' || format === 'yaml') io.out(await documentText(format, document));
      else {
        io.out(checks.map((check) => renderCheck(io, check)).join(''));
        const bad = checks.filter(({ status }) => status === 'failed').length;
        io.out(bad === 0 ? 'All is well.\n' : `${count(bad, 'thing has', 'things have')} to be fixed.\n`);
      }
      session.exit(exitOf(checks));
    });
};
