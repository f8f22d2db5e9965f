import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE_OPTIONS } from '../../../infra/lambda/bundle/bundle-functions.ts';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { estateNamed } from '../../../lab/estates/index.ts';
import { accessKeyOf } from '../../../lab/http/identity.ts';
import { startLab } from '../../../lab/lab.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { runModule } from '../../fixtures/infra/node-process.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PROBE = join(ROOT, 'test/fixtures/infra/sdk-probe.ts');
// Below the project, so that a bundle with externals would still find them; ignored by git.
const FOLDER = join(ROOT, `dist/test-shaken-bundles-${process.pid}`);
const ACCOUNT = '111122223333';

let dynamo: LocalDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(async () => {
  await dynamo.stop();
  await rm(FOLDER, { recursive: true, force: true });
});

const bundle = async (name: string, plugins: readonly Plugin[]): Promise<string> => {
  const file = join(FOLDER, `${name}.mjs`);
  await build({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    plugins: [...plugins],
    sourcemap: false,
    entryPoints: [PROBE],
    outfile: file,
  });
  return file;
};

interface Heard {
  readonly outcomes: readonly { readonly name: string; readonly answer?: object; readonly error?: object }[];
  /** What the AWS stand-in was asked for. */
  readonly requests: readonly object[];
}

/** What the probe hears from an AWS that is the same each time, and what that AWS was asked. */
const probe = async (file: string): Promise<Heard> => {
  const estate = estateNamed('every-owner');
  if (estate === undefined) throw new Error('There is no such estate.');
  const lab = await startLab({
    estate,
    secrets: { known: 'a secret' },
    parameters: { '/headroom/known': 'a value' },
    port: 0,
  });
  try {
    lab.deleteTopic(`arn:aws:sns:eu-west-1:${ACCOUNT}:gone`);
    const sqs = new SQSClient(labClient(lab, ACCOUNT));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'targets' }));
    const table = await dynamo.createTable();
    const printed = await runModule(file, {
      AWS_ENDPOINT_URL: lab.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: accessKeyOf(ACCOUNT),
      AWS_SECRET_ACCESS_KEY: 'lab',
      PROBE_QUEUE_URL: QueueUrl,
      PROBE_DYNAMODB_URL: String((await dynamo.client.config.endpoint?.())?.port ?? ''),
      PROBE_TABLE: table,
      PROBE_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/${SCAN_ROLE}`,
      PROBE_EXTERNAL_ID: EXTERNAL_ID,
    });
    return {
      // The port and the table are all that differs.
      outcomes: JSON.parse(
        printed.replaceAll(lab.url, 'http://lab').replaceAll(table, 'table'),
      ) as Heard['outcomes'],
      requests: JSON.parse(
        JSON.stringify(
          lab.calls.map(({ action, service, status, parameters }) => ({
            action,
            service,
            status,
            parameters,
          })),
        ).replaceAll(lab.url, 'http://lab'),
      ) as object[],
    };
  } finally {
    await lab.close();
  }
};

test('a bundle says on the wire, and makes of answers and errors, what the SDK as it comes does', async () => {
  const plain = await probe(PROBE);
  const whole = await probe(await bundle('whole', []));
  const shaken = await probe(await bundle('shaken', BUNDLE_OPTIONS.plugins));
  expect(whole).toEqual(plain);
  expect(shaken).toEqual(plain);
  // Not the same by failing alike.
  expect(plain.outcomes.filter(({ answer }) => answer !== undefined).length).toBeGreaterThan(25);
  expect(plain.outcomes.filter(({ error }) => error !== undefined).length).toBeGreaterThan(8);
});

test('the comparison notices one schema that became another on the way', async () => {
  const careless: Plugin = {
    name: 'careless',
    setup: ({ onLoad }) => {
      onLoad({ filter: /client-secrets-manager[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace('"SecretString"', '"SecretText"'),
        loader: 'js',
      }));
    },
  };
  const planted = await probe(await bundle('careless', [careless, ...BUNDLE_OPTIONS.plugins]));
  expect(planted).not.toEqual(await probe(PROBE));
});
