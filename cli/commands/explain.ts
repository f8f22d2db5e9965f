import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { addOneSubnetOptions, type OneSubnetOptions, readOneSubnet } from '../input/one-subnet.ts';
import { coverageExit } from '../input/scan-options.ts';
import { outputOf } from '../output/document.ts';
import { renderProblems } from '../output/scan-table.ts';
import { explainDocument } from '../output/subnet-documents.ts';
import { renderSubnetPage } from '../output/subnet-page.ts';
import { watching } from '../output/watch.ts';

/** `headroom explain`: everything about one subnet on a page. */
export const addExplainCommand: AddCommand = (program, session) => {
  addOneSubnetOptions(program.command('explain'))
    .description('all about one subnet: supply, map, holders, history, forecast, findings, remedies')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom explain payments-nodes-a
  $ headroom explain subnet-0abc --state headroom.sqlite          with history, forecasts and alerts
  $ headroom explain subnet-0abc --table headroom-prod-state --region eu-west-1
  $ headroom explain subnet-0abc --output json | jq .subnet.owners

Exits with 1 when the subnet has a critical finding.
`,
    )
    .action(async (wanted: string, options: OneSubnetOptions) => {
      const { io } = session;
      await watching(session, options, async () => {
        const one = await readOneSubnet(wanted, options, session);
        const document = explainDocument(one);
        const { format } = options;
        io.out(
          await outputOf(
            format,
            document,
            () =>
              `${renderSubnetPage(io, document, one.assessment.target, one.now)}${renderProblems(io, { targets: [one.assessment.target] })}`,
          ),
        );
        const isCritical = document.findings.some(({ severity }) => severity === 'critical');
        session.exit(coverageExit(one.assessments) ?? (isCritical ? EXIT.found : EXIT.ok));
      });
    });
};
