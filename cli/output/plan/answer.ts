import type { Command } from 'commander';
import { displayableScript, NOT_DISPLAYED } from '../../../shared/model/base/shell-words.ts';
import type { PlanReport } from '../../../shared/model/plan/plan-report.ts';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { type PlanMap, planPage } from '../../../shared/report/plan-page.ts';
import { type Session, UsageError } from '../../base/command-line.ts';
import { jsonText } from '../json.ts';
import { planAsMarkdown } from './markdown.ts';
import { planAsText } from './terminal.ts';

const FORMATS = ['table', 'json', 'markdown', 'html'];

export const addFormatOption = (command: Command): Command =>
  command.option('-f, --format <format>', 'table, json, markdown or html', 'table');

/** @throws UsageError for a format that there is not */
export const checkFormat = (format: string): void => {
  if (FORMATS.includes(format)) return;
  throw new UsageError(`--format ${format} is none of ${FORMATS.join(', ')}.`, 'Use one of them.');
};

/** Maps before and after, by subnet, as far as the plan knows them. */
export interface PlanMaps {
  readonly before: ReadonlyMap<string, AddressMap>;
  readonly after: ReadonlyMap<string, AddressMap>;
}

export const NO_MAPS: PlanMaps = { before: new Map(), after: new Map() };

/** The report without commands that a reader could not copy as they are. */
export const withDisplayableCommands = (report: PlanReport): PlanReport =>
  displayableScript(report.commands) === null
    ? { ...report, commands: [], notes: [...report.notes, NOT_DISPLAYED] }
    : report;

/** Writes a plan's answer in the format that was asked for. */
export const writePlan = (
  { io }: Session,
  format: string,
  document: object,
  given: PlanReport,
  { before, after }: PlanMaps = NO_MAPS,
): void => {
  const report = withDisplayableCommands(given);
  if (format === 'json') io.out(jsonText(document));
  else if (format === 'markdown') io.out(planAsMarkdown(report));
  else if (format === 'html') {
    const maps = report.subnetIds.flatMap((subnetId): PlanMap[] => {
      const first = before.get(subnetId) ?? null;
      const then = after.get(subnetId) ?? null;
      return first === null && then === null ? [] : [{ subnetId, before: first, after: then }];
    });
    io.out(planPage(report, maps));
  } else io.out(planAsText(io, report));
};
