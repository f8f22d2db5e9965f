import { randomBytes } from 'node:crypto';
import type { Estate } from '../../shared/inventory/estate.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { CollectDocument } from '../output/act-documents.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { outputOf } from '../output/document.ts';
import { writeOutputFile } from '../output/output-file.ts';
import { problemText } from '../output/problem-text.ts';
import { createProgress } from '../output/progress.ts';
import { readConfiguration } from './configuration.ts';
import { addWritingOptions, checkDocumentFormat, type OutputOptions } from './output-options.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from './scan-options.ts';

interface Options extends Omit<ScanOptions, 'format' | 'from' | 'vpc'>, Pick<OutputOptions, 'format'> {
  readonly out: string;
  readonly redact?: boolean;
}

/** `headroom collect`: keeps all that a scan would ask AWS for, to be scanned elsewhere or later. */
export const addCollectCommand: AddCommand = (program, session) => {
  addWritingOptions(addTargetOptions(program.command('collect'), { format: false, from: false, vpc: false }))
    .description('save the input of a scan in a file, for `--from` of the other commands')
    .requiredOption('-o, --out <file>', 'output file; compressed if the name ends in .gz')
    .option('--redact', 'replace names, account numbers and networks; all figures stay the same')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom collect --out estate.json.gz
  $ headroom collect --region eu-west-1,us-east-1 --out estate.json.gz --redact
  $ headroom report --from estate.json.gz --out report.html

Parts that could not be read are saved with the reason. A redacted file can be shared: the mapping
of names is not stored, and all figures stay the same.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkDocumentFormat(options.format),
        () => checkTargetOptions(options),
      );
      const { io } = session;
      const [{ isProblem }, { estateText }, { redactEstate }, { collectEstate }, { openConfigured }] =
        await Promise.all([
          import('../../shared/inventory/estate.ts'),
          import('../../shared/inventory/estate-file.ts'),
          import('../../shared/inventory/estate-redaction.ts'),
          import('../../shared/pipeline/collect-estate.ts'),
          import('./open-targets.ts'),
        ]);
      const configuration = await readConfiguration(options.config);
      const { opened, failed } = await openConfigured(options, configuration, io.now());
      const progress = createProgress(io);
      const targets: Estate['targets'][number][] = [];
      try {
        for (const { target, sources } of opened) {
          progress.show(`collecting ${target.accountId} ${target.region}`);
          targets.push(await collectEstate(target, sources));
        }
      } finally {
        progress.clear();
        for (const { close } of opened) close();
      }
      const problems = [
        ...failed.map(({ target, problem }) => ({ target, problem })),
        ...targets.flatMap(({ target, reservations, ...parts }) =>
          [...Object.values(parts), ...Object.values(reservations)]
            .filter((part) => isProblem<unknown>(part))
            .map((problem) => ({ target, problem })),
        ),
      ];
      for (const { target, problem } of problems) {
        io.err(problemText(io, withCredentialHint(problem, target), target));
      }
      if (targets.length === 0) return session.exit(EXIT.nothingScanned);
      const estate: Estate = {
        schema: 'headroom/estate@1',
        collectedAt: new Date(io.now()).toISOString(),
        redacted: false,
        targets,
      };
      await writeOutputFile(
        options.out,
        estateText(options.redact === true ? redactEstate(estate, randomBytes(32).toString('hex')) : estate),
        { compressed: options.out.endsWith('.gz') },
      );
      const document: CollectDocument = {
        schema: 'headroom/collect@1',
        file: options.out,
        redacted: options.redact === true,
        targets: targets.map(({ target }) => target),
        problems,
      };
      io.out(await outputOf(options.format, document, () => ''));
      io.err(
        `Kept ${targets.length} ${targets.length === 1 ? 'target' : 'targets'} in ${options.out}${options.redact === true ? ', redacted' : ''}.\n`,
      );
      session.exit(problems.length === 0 ? EXIT.ok : EXIT.partlyScanned);
    });
};
