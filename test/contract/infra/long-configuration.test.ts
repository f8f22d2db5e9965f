import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configurationParts } from '../../../infra/lambda/configuration-parts.ts';
import { loadConfiguration } from '../../../shared/aws/load-configuration.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

const HOME = { accountId: '111122223333', region: 'eu-west-1' };
const LONG = `alerts:\n  mutes:\n${Array.from(
  { length: 200 },
  (_, index) =>
    `    - match: { subnet: subnet-${String(index).padStart(8, '0')} }\n      until: 2027-01-01T00:00:00Z\n      reason: planned work\n`,
).join('')}`;

let server: CannedAws;
let stored: Map<string, string>;
beforeEach(async () => {
  stored = new Map(
    (configurationParts(LONG) ?? []).map((part, index) => [
      `/headroom/configuration${index === 0 ? '' : `-${index + 1}`}`,
      part,
    ]),
  );
  server = await startCannedAws(({ body }) => {
    const value = stored.get((JSON.parse(body) as { Name: string }).Name);
    return value === undefined
      ? { status: 400, body: JSON.stringify({ __type: 'ParameterNotFound', message: 'no such parameter' }) }
      : { body: JSON.stringify({ Parameter: { Value: value } }) };
  });
  for (const [name, value] of Object.entries(awsEnvironment(server.url))) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const load = () => loadConfiguration({ kind: 'parameter', name: [...stored.keys()].join(',') }, HOME);

test('a long headroom.yml is read from all of its parameters', async () => {
  expect(stored.size).toBe(3);
  expect((await load()).alerts.mutes).toHaveLength(200);
});

test('a part that lost the end of its last line is read, too', async () => {
  for (const [name, value] of stored) stored.set(name, value.trimEnd());
  expect((await load()).alerts.mutes).toHaveLength(200);
});

test('a part that is gone fails the whole: half a configuration would mute or scan something else', async () => {
  const name = [...stored.keys()].join(',');
  stored.delete('/headroom/configuration-2');
  await expect(loadConfiguration({ kind: 'parameter', name }, HOME)).rejects.toMatchObject({
    code: 'not-found',
  });
});
