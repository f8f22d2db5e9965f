// `npm start`: two weeks of two simulated AWS accounts through the real pipeline, in less than a minute, without an account.

import { paint, processIo } from '../cli/base/io.ts';
import { writeOutputFile } from '../cli/output/output-file.ts';
import { createProgress } from '../cli/output/progress.ts';
import { renderScan } from '../cli/output/scan-table.ts';
import { renderTable } from '../cli/output/table.ts';
import type { Transition } from '../shared/model/alert/alert.ts';
import { HeadroomError } from '../shared/model/base/errors.ts';
import { printable } from '../shared/model/base/invisible-characters.ts';
import { shortDuration } from '../shared/model/base/text/durations.ts';
import { count, number } from '../shared/model/base/text/numbers.ts';
import type { TargetAssessment } from '../shared/model/result/assessment.ts';
import { incidentOf } from '../shared/model/result/identity.ts';
import { leadOf, titleOf } from '../shared/notify/headline.ts';
import { composeMessage } from '../shared/notify/message-content.ts';
import { terminalPreview } from '../shared/notify/terminal-preview.ts';
import { scanDocument } from '../shared/pipeline/scan-document.ts';
import { reportPage } from '../shared/report/report-page.ts';
import { LAB_EPOCH } from './clock.ts';
import { messageToShow, openingLines } from './demo/opening.ts';
import { runStory, type Story } from './demo/story.ts';
import { medianLead, type Verdict, verdictOf } from './demo/verdict.ts';
import { DAY } from './estates/pace.ts';

const io = processIo();
const dye = paint(io);
const progress = createProgress(io);

const heading = (text: string): void => io.out(`\n${dye('bold', text)}\n\n`);

const scanOf = (assessments: readonly TargetAssessment[], at: number) => {
  const document = scanDocument(assessments, new Date(at).toISOString());
  const nodes = document.subnets.filter(({ name }) => !(name ?? '').includes('control-plane'));
  return { ...document, subnets: nodes, findings: [] };
};

const COLOURS = { critical: 'red', warning: 'yellow', ok: 'green' } as const;

/** The first day of the story is a whole one, and it starts at midnight. */
const moment = (at: number): string => {
  const time = new Date(at).toISOString().slice(11, 16);
  return `day ${Math.floor((at - LAB_EPOCH) / DAY) + 1} ${time}`;
};

const LONGEST_MOMENT = 'day 14 23:55'.length;
const LONGEST_LEAD = 'Worse, still a warning'.length;

const lineOf = (transition: Transition): string =>
  `${dye(COLOURS[transition.severity], leadOf(transition).padEnd(LONGEST_LEAD))}  ${printable(titleOf(transition))}`;

/** For everything that ran out: when the first alert about it came. */
const leadTimes = ({ shortages }: Verdict): string =>
  renderTable(
    io,
    [
      { title: 'SUBNET', cell: ({ name }) => printable(name) },
      { title: 'RAN OUT OF', cell: ({ supply }) => supply },
      { title: 'AT', cell: ({ at }) => moment(at) },
      { title: 'FIRST ALERT', cell: ({ first }) => (first === undefined ? null : first.rule) },
      {
        title: 'EARLIER BY',
        align: 'right',
        cell: ({ at, first }) => (first === undefined ? null : shortDuration(at - Date.parse(first.at))),
      },
    ],
    shortages,
  );

/** What came of the warnings, the false ones too. */
const outcome = (verdict: Verdict, { messages, transitions }: Story): string => {
  const { shortages, notCome } = verdict;
  const announced = shortages.filter(({ first }) => first !== undefined).length;
  const lead = medianLead(verdict);
  const incidents = new Set(transitions.map(incidentOf)).size;
  return [
    `${announced} of ${count(shortages.length, 'shortage')} announced before ${shortages.length === 1 ? 'it' : 'they'} came${lead === null ? '' : `, half of them at least ${shortDuration(lead)} earlier`}.`,
    `${count(notCome.length, 'expected shortage')} did not come, because room was added or the growth ended${notCome.length === 0 ? '' : `: ${notCome.join(', ')}`}.`,
    `${count(messages.length, 'message')} about ${count(incidents, 'incident')} in two weeks.`,
  ]
    .map((line) => `${printable(line)}\n`)
    .join('');
};

/** Leaves a report behind. A folder that cannot be written is no reason to fail. */
const leaveReport = async ({ after, alerts, histories, endsAt }: Story): Promise<string> => {
  const page = reportPage({ assessments: after, alerts, histories, source: 'the demo', now: endsAt });
  try {
    await writeOutputFile(REPORT, [page]);
    return `The report of all this is ${dye('cyan', REPORT)} in this folder: open it in a browser.`;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return `${printable(error.message)} The demo leaves no report.`;
  }
};
const REPORT = 'headroom-demo.html';

const began = performance.now();
if (!io.progress) io.err('Two simulated weeks run now. This takes less than a minute.\n');
const log: string[] = [];
let latest = '';
const story = await runStory({
  onTime: (at, done) => progress.show(`${Math.round(done * 100)} %  ${moment(at)}  ${latest}`),
  onTransitions: (transitions, at) => {
    for (const transition of transitions) {
      latest = `${leadOf(transition)}: ${titleOf(transition)}`;
      log.push(`${dye('dim', moment(at).padEnd(LONGEST_MOMENT))}  ${lineOf(transition)}\n`);
    }
  },
});
progress.clear();
const seconds = Math.round((performance.now() - began) / 1000);

io.out(
  openingLines(story)
    .map((line) => `${dye('bold', printable(line))}\n`)
    .join(''),
);
io.out(`
Headroom found this in two simulated AWS accounts with six clusters, in two weeks. It ran the real
pipeline: SDK clients, model, forecast, alerts, SQLite. It only reads AWS, and needs no agent.
`);

const verdict = verdictOf(story);
heading('How early the alerts came, and which were wrong');
io.out(outcome(verdict, story));
io.out(`\n${leadTimes(verdict)}`);

heading('Day 1, 00:00: what is free');
io.out(renderScan(io, scanOf(story.before, story.startsAt)));

heading('Two weeks: alerts as they fire');
io.out(log.join(''));

heading(`${moment(story.endsAt)}: what is free now`);
io.out(renderScan(io, scanOf(story.after, story.endsAt)));

const shown = messageToShow(story);
if (shown !== undefined) {
  heading('A message as it looks in Slack');
  io.out(
    `${terminalPreview(composeMessage(shown.message), { colour: io.colour, width: io.columns ?? 100 })}\n`,
  );
}

io.out(`
${dye('dim', `${story.scans} scans, ${number(story.requests)} requests to the simulated AWS, ${number(story.metricValues)} metric values, ${story.messages.length} messages, in ${count(seconds, 'second')}.`)}

${await leaveReport(story)}

Next, on your own account (it only reads):
  ${dye('cyan', 'npx vpc-headroom scan')}                every subnet of the profile's account and Region
  ${dye('cyan', 'npx vpc-headroom scan --all-regions')}  every Region of this account
  ${dye('cyan', 'npx osls deploy')}                      scan every five minutes and send alerts (docs/deploy.md)
`);
