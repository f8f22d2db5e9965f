import { parseArgs } from 'node:util';
import { createLabClock } from './clock.ts';
import { EXTERNAL_ID, SCAN_ROLE } from './estate/estate.ts';
import { ESTATES, estateNamed } from './estates/index.ts';
import { accessKeyOf } from './http/identity.ts';
import { startLab } from './lab.ts';

/** `npm run lab -- --estate demo --port 0 --speed 60`: the lab as a server of its own, for any AWS client on this machine. */

const USAGE = `Usage: npm run lab -- [--estate NAME] [--port N] [--speed N]

  --estate NAME  what is in the accounts (default: demo)
  --port N       where to listen on 127.0.0.1 (default: 0, a free port)
  --speed N      simulated seconds in a real one (default: 1)

Estates:
${ESTATES.map(({ name, description }) => `  ${name.padEnd(14)} ${description}`).join('\n')}
`;

const refuse = (problem: string): never => {
  console.error(`${problem}\n\n${USAGE}`);
  process.exit(2);
};

const readArguments = (): { estate: string; port: number; speed: number; help: boolean } => {
  try {
    const { values } = parseArgs({
      options: {
        estate: { type: 'string', default: 'demo' },
        port: { type: 'string', default: '0' },
        speed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    });
    return {
      estate: values.estate,
      port: Number(values.port),
      speed: Number(values.speed),
      help: values.help,
    };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
};

const { estate: name, port, speed, help } = readArguments();
if (help) {
  console.log(USAGE);
  process.exit(0);
}
const estate = estateNamed(name) ?? refuse(`There is no estate "${name}".`);
if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse('--port must be a number from 0 to 65535.');
if (!(speed >= 0 && Number.isFinite(speed))) refuse('--speed must be a number, 0 or more.');

const startsAt = Date.now();
const { homeAccountId, accounts } = estate.build(startsAt);
const lab = await startLab({ estate, port, clock: createLabClock({ startsAt, speed }) }).catch(
  (error: unknown) => {
    console.error(
      `The lab could not listen on 127.0.0.1:${port}: ${error instanceof Error ? error.message : String(error)}.`,
    );
    process.exit(3);
  },
);
console.log(
  [
    `# ${estate.name}: ${estate.description}`,
    `# accounts: ${accounts.map((each) => `${each.accountId} (${each.name})`).join(', ')}`,
    `# other accounts are read through the role ${SCAN_ROLE} with the external ID ${EXTERNAL_ID}`,
    `export AWS_ENDPOINT_URL=${lab.url}`,
    `export AWS_ACCESS_KEY_ID=${accessKeyOf(homeAccountId)}`,
    'export AWS_SECRET_ACCESS_KEY=lab',
    `export AWS_REGION=${accounts[0]?.regions[0] ?? 'eu-west-1'}`,
    'export AWS_EC2_METADATA_DISABLED=true',
  ].join('\n'),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    lab.close().catch(console.error);
  });
}
