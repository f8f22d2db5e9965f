import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { headroomInProcess as headroom } from '../../fixtures/command-in-process.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const ARN = 'arn:aws:sts::111111111111:assumed-role/on-call/mia';
const ANSWER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>A</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

let folder: string;
let state: string;
let answer: { status: number; body: string };
let asked: number;
let close: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-caller-'));
  state = join(folder, 'headroom.sqlite');
  const store = openSqliteStateStore(state);
  await store.assessments.putLatest(anAssessment());
  await store.alerts.commit(
    { accountId: '111111111111', region: 'eu-west-1' },
    alertAfter(anObservation('critical')),
    0,
  );
  await store.close();
  answer = { status: 200, body: ANSWER };
  asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  close();
  rmSync(folder, { recursive: true });
});

const KEY = 'addresses-low/subnet/subnet-0a';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' };

describe('who gives a command', () => {
  test('is the identity of the AWS credentials where there are any', async () => {
    const { out } = await headroom(['ack', KEY, '--state', state], CREDENTIALS);
    expect(out).toContain(`is acknowledged by ${ARN} (the identity of your AWS credentials)`);
  });

  test('is the user of the machine when AWS refuses to say', async () => {
    answer = {
      status: 403,
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>',
    };
    const { code, out } = await headroom(['ack', KEY, '--state', state], CREDENTIALS);
    expect(code).toBe(0);
    expect(out).toContain('is acknowledged by zoe (the user of this machine');
  });

  test('is not asked for where --by names it, or where no credentials are set up', async () => {
    await headroom(['ack', KEY, '--state', state, '--by', 'mia'], CREDENTIALS);
    await headroom(['ack', KEY, '--state', state]);
    expect(asked).toBe(0);
  });
});
