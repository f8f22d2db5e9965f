// Writes docs/screens.md: what commands print of the demo's accounts in terminals of 80 and of 200 columns.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../cli/main.ts';
import { createLabClock } from '../lab/clock.ts';
import { estateNamed } from '../lab/estates/index.ts';
import { accessKeyOf } from '../lab/http/identity.ts';
import { startLab } from '../lab/lab.ts';

/** The page has the same text whenever it is made. */
const NOW = Date.parse('2026-11-27T09:00:00Z');
const ACCOUNT = '111122223333';

interface Screen {
  readonly heading: string;
  readonly args: readonly string[];
  readonly columns: number;
}

const SCREENS: readonly Screen[] = [
  { heading: 'A scan in 80 columns', args: ['scan'], columns: 80 },
  { heading: 'A scan in 200 columns', args: ['scan'], columns: 200 },
  {
    heading: 'Findings, one line each, in 80 columns',
    args: ['findings', '--sort-by', 'level'],
    columns: 80,
  },
  {
    heading: 'Findings, one line each, in 200 columns',
    args: ['findings', '--output', 'wide'],
    columns: 200,
  },
  { heading: 'Room in the clusters', args: ['clusters', '--sort-by', 'more-pods'], columns: 80 },
  { heading: 'The address map of a subnet', args: ['map', 'batch-nodes-a'], columns: 80 },
  { heading: 'All about a subnet', args: ['explain', 'search-nodes-a'], columns: 80 },
  { heading: 'Doctor', args: ['doctor'], columns: 80 },
];

const environmentFor = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: accessKeyOf(ACCOUNT),
  AWS_SECRET_ACCESS_KEY: 'lab',
  AWS_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});

const print = async ({ args, columns }: Screen): Promise<string> => {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  await main(args, {
    out: write,
    err: write,
    env: {},
    now: () => NOW,
    colour: false,
    progress: false,
    columns,
  });
  return text;
};

/** The page, made by the commands themselves against the simulated AWS. */
export const screensPage = async (): Promise<string> => {
  const estate = estateNamed('demo');
  if (estate === undefined) throw new Error('There is no estate named demo.');
  const lab = await startLab({ clock: createLabClock({ startsAt: NOW }), estate });
  const before = process.env;
  // The AWS SDK reads the environment of the process.
  process.env = { PATH: before['PATH'], ...environmentFor(lab.url) };
  try {
    const parts = ['# Screens\n\nMade by `npm run screens`, on the simulated accounts of the demo.\n'];
    for (const screen of SCREENS)
      parts.push(
        `\n## ${screen.heading}\n\n\`\`\`\n$ headroom ${screen.args.join(' ')}\n${(await print(screen)).trimEnd()}\n\`\`\`\n`,
      );
    return parts.join('');
  } finally {
    process.env = before;
    await lab.close();
  }
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../docs/screens.md'), await screensPage());
