import { displayableScript, NOT_DISPLAYED } from '../../../shared/model/base/shell-words.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { type PlanMap, planPage } from '../../../shared/report/plan-page.ts';
import type { Session } from '../../base/command-line.ts';
import { checkOutputFormat, PLAN_FORMATS, type PlanFormat } from '../../input/output-options.ts';
import { documentText } from '../document.ts';
import { mainTableOf, namesIn } from './main-table.ts';
import { planAsMarkdown } from './markdown.ts';
import { planAsText } from './terminal.ts';

/** @throws UsageError for a format that there is not */
export const checkFormat = (format: PlanFormat): void => checkOutputFormat(format, PLAN_FORMATS);

/** Maps before and after, by subnet, as far as the plan knows them. */
export interface PlanMaps {
  readonly before: ReadonlyMap<string, AddressMap>;
  /** Left out where the answer changes nothing in a subnet. */
  readonly after?: () => ReadonlyMap<string, AddressMap>;
  /** What the second map of each subnet shows, in a sentence. */
  readonly caption?: string;
}

/** EC2 chooses addresses: a map of what does not exist yet shows one way in which it may come. */
export const ONE_POSSIBLE_PLACE = 'EC2 chooses the addresses: each new one is shown in one possible place.';

const NO_MAPS: PlanMaps = { before: new Map() };

/** The report without commands that a reader could not copy as they are. */
export const withDisplayableCommands = (report: PlanReport): PlanReport =>
  displayableScript(report.commands) === null
    ? { ...report, commands: [], notes: [...report.notes, NOT_DISPLAYED] }
    : report;

/** Writes a plan's answer in the format that was asked for. What writes YAML and CSV is loaded only then. */
export const writePlan = async (
  { io }: Session,
  format: PlanFormat,
  document: object,
  given: PlanReport,
  maps: PlanMaps = NO_MAPS,
): Promise<void> => {
  const report = withDisplayableCommands(given);
  switch (format) {
    case 'json':
    case 'yaml':
      return io.out(await documentText(format, document));
    case 'csv': {
      const { planCsv } = await import('./csv.ts');
      return io.out(planCsv(mainTableOf(report)));
    }
    case 'name':
      return io.out(
        namesIn(report)
          .map((name) => `${name}\n`)
          .join(''),
      );
    case 'markdown':
      return io.out(planAsMarkdown(report));
    case 'html':
      return io.out(planPage(report, mapsOf(report, maps)));
    case 'table':
    case 'wide':
      return io.out(planAsText(io, report, { wide: format === 'wide' }));
  }
};

const mapsOf = ({ subnetIds }: PlanReport, { before, after, caption }: PlanMaps): readonly PlanMap[] => {
  const changed = after?.() ?? new Map<string, AddressMap>();
  return subnetIds.flatMap((subnetId): PlanMap[] => {
    const first = before.get(subnetId) ?? null;
    const then = changed.get(subnetId) ?? null;
    return first === null && then === null
      ? []
      : [{ subnetId, before: first, after: then, caption: caption ?? null }];
  });
};
