import { DEFAULT_POLICY } from '../shared/config/default-policy.ts';
import { judge } from '../shared/pipeline/assess.ts';
import { hasFinding, scanDocument } from '../shared/pipeline/scan-document.ts';
import type { AddCommand } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import {
  addTargetOptions,
  checkSeverity,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
  scanTargets,
} from './scan-options.ts';
import { renderScan } from './scan-table.ts';

interface Options extends ScanOptions {
  readonly publish?: boolean;
  readonly failOn: string;
}

/** `headroom scan`: every subnet, what is free in it, and what is wrong. */
export const addScanCommand: AddCommand = (program, session) => {
  addTargetOptions(program.command('scan'))
    .description('scan subnets: what is free, what can still become a prefix, what is wrong')
    .option('--fail-on <severity>', 'exit with 1 when a finding is at least this bad', 'critical')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom scan                                     this account, the profile's Region
  $ headroom scan --region eu-west-1,eu-central-1     two Regions
  $ headroom scan --role-arn arn:aws:iam::111122223333:role/HeadroomReader
  $ headroom scan --format json | jq '.subnets[] | select(.available < 50) | .subnetId'

PREFIXES counts free whole /28 blocks: what prefix mode can still take. FRAGMENTED is the share of free addresses
that lie outside such blocks. A dash is unknown, and the lines below the table say why.
Exit codes: 0 scanned, 1 something is critical, 2 bad usage, 3 nothing could be scanned, 4 part of it could not.
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions(options);
      const failOn = checkSeverity('--fail-on', options.failOn);
      const { io } = session;
      const scannedAt = new Date(io.now()).toISOString();
      const assessments = (await scanTargets(options, session)).map(
        ({ assessment }) => judge(assessment, DEFAULT_POLICY).assessment,
      );
      const document = scanDocument(assessments, scannedAt);
      io.out(options.format === 'json' ? `${JSON.stringify(document, null, 2)}\n` : renderScan(io, document));
      session.exit(coverageExit(assessments) ?? (hasFinding(document, failOn) ? EXIT.found : EXIT.ok));
    });
};
