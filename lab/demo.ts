// `npm start`: two weeks of two simulated AWS accounts through the real pipeline, in less than a minute, without an account.

import { paint, processIo } from '../cli/base/io.ts';
import { createProgress } from '../cli/output/progress.ts';
import { renderScan } from '../cli/output/scan-table.ts';
import { renderTable } from '../cli/output/table.ts';
import type { Transition } from '../shared/model/alert/alert.ts';
import { printable } from '../shared/model/base/invisible-characters.ts';
import { shortDuration } from '../shared/model/base/text/durations.ts';
import { number } from '../shared/model/base/text/numbers.ts';
import type { TargetAssessment } from '../shared/model/result/assessment.ts';
import { leadOf, titleOf } from '../shared/notify/headline.ts';
import { composeMessage } from '../shared/notify/message-content.ts';
import { terminalPreview } from '../shared/notify/terminal-preview.ts';
import { scanDocument } from '../shared/pipeline/scan-document.ts';
import { runStory, type Story } from './demo/story.ts';
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

const moment = (at: number, startsAt: number): string => {
  const time = new Date(at).toISOString().slice(11, 16);
  return `day ${Math.floor((at - startsAt) / DAY) + 1} ${time}`;
};

let startsAt = 0;
const LONGEST_LEAD = 'Worse, still a warning'.length;

const lineOf = (transition: Transition): string =>
  `${dye(COLOURS[transition.severity], leadOf(transition).padEnd(LONGEST_LEAD))}  ${printable(titleOf(transition))}`;

/** For everything that ran out: when the first word of it came. */
const leadTimes = ({ exhaustions, transitions, after, before, startsAt: from }: Story): string => {
  const nameOf = (subnetId: string): string =>
    [...after, ...before].flatMap(({ subnets }) => subnets).find((subnet) => subnet.subnetId === subnetId)
      ?.name ?? subnetId;
  const rows = exhaustions
    .filter(({ at }) => at > from)
    .map(({ subnetId, supply, at }) => {
      const first = transitions.find(
        (transition) =>
          transition.transition === 'firing' &&
          (transition.subject.subnetIds.includes(subnetId) || transition.subject.id === subnetId) &&
          (transition.rule.startsWith(supply) || transition.rule === 'fragmented') &&
          Date.parse(transition.at) <= at,
      );
      return { subnet: nameOf(subnetId), supply, at, first };
    });
  return renderTable(
    io,
    [
      { title: 'SUBNET', cell: ({ subnet }) => printable(subnet) },
      { title: 'RAN OUT OF', cell: ({ supply }) => supply },
      { title: 'AT', cell: ({ at }) => moment(at, from) },
      { title: 'FIRST ALERT', cell: ({ first }) => (first === undefined ? null : first.rule) },
      {
        title: 'EARLIER BY',
        align: 'right',
        cell: ({ at, first }) => (first === undefined ? null : shortDuration(at - Date.parse(first.at))),
      },
    ],
    rows,
  );
};

io.out(`${dye('bold', 'Headroom')} warns days ahead when a subnet or an EKS cluster runs out of IP addresses.

This demo runs the real pipeline: SDK clients, model, forecast, alerts, SQLite. A simulated AWS runs on
this machine, with two accounts and six clusters, for two weeks.
`);
heading('Day 1, 00:00: what is free');

const story = await runStory({
  onBefore: (assessments, at) => {
    startsAt = at;
    io.out(renderScan(io, scanOf(assessments, at)));
    heading('Two weeks: alerts as they fire');
  },
  onTime: (at, done) => progress.show(`${moment(at, startsAt)}  ${Math.round(done * 100)} %`),
  onTransitions: (transitions, at) => {
    progress.clear();
    for (const transition of transitions)
      io.out(`${dye('dim', moment(at, startsAt))}  ${lineOf(transition)}\n`);
  },
});
progress.clear();

heading(`${moment(story.endsAt, startsAt)}: what is free now`);
io.out(renderScan(io, scanOf(story.after, story.endsAt)));

heading('How early the alerts came');
io.out(leadTimes(story));

const shown =
  story.messages.find(({ message }) =>
    message.transitions.some(({ rule }) => rule === 'addresses-exhaustion'),
  ) ?? story.messages[0];
if (shown !== undefined) {
  heading('A message as it looks in Slack');
  io.out(
    `${terminalPreview(composeMessage(shown.message), { colour: io.colour, width: io.columns ?? 100 })}\n`,
  );
}

io.out(`
${dye('dim', `${story.scans} scans, ${number(story.requests)} requests to the simulated AWS, ${number(story.metricValues)} metric values, ${story.messages.length} messages.`)}

Next, on your own account (it only reads):
  ${dye('cyan', 'npx vpc-headroom scan')}                    every subnet of the profile's account and Region
  ${dye('cyan', 'npx vpc-headroom scan --region eu-west-1,us-east-1 --format json')}
  ${dye('cyan', 'npx osls deploy')}                      scan every five minutes and send alerts (docs/deploy.md)
`);
