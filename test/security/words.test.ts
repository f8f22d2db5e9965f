import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { groupTransitions } from '../../shared/alerts/grouping.ts';
import { WORD_FIELDS, wrongWordIn } from '../../shared/model/aws/word-fields.ts';
import { readAlertDocument, writeAlertDocument } from '../../shared/notify/alert-document.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment, aSubnet } from '../fixtures/assessments.ts';
import { anObservation } from '../fixtures/observations.ts';
import { alertAfter, lastTransition } from '../fixtures/transitions.ts';

/** Ids, accounts, Regions, zones, ARNs and ranges have forms, in every schema and wherever something stored is read back. */

const SCHEMAS = join(import.meta.dirname, '../../docs/schema');
const TARGET = { accountId: '111111111111', region: 'eu-west-1' };

/** A property that holds a word of AWS by its name, and those that only seem to. */
const NAMES_A_WORD = /(?:Ids?|Arns?|[zZ]ones?|[cC]idrs?|[cC]idrBlocks?|[rR]egions?|[aA]ccounts?)$/;
const OTHERS = new Set(['messageId', 'threadId', 'timeZone', 'serviceRegion']);

/** The properties of a JSON Schema that hold a word of AWS without a form. */
const formless = (schema: unknown, path: string): readonly string[] => {
  if (Array.isArray(schema)) return schema.flatMap((item) => formless(item, path));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== 'properties' || typeof value !== 'object' || value === null) return formless(value, path);
    return Object.entries(value).flatMap(([name, field]) => {
      const text = JSON.stringify(field);
      const isFormless =
        NAMES_A_WORD.test(name) &&
        !OTHERS.has(name) &&
        text.includes('"string"') &&
        !/"(?:pattern|enum|const)"/.test(text);
      return [...(isFormless ? [`${path}: ${name}`] : []), ...formless(field, path)];
    });
  });
};

const HOSTILE: Readonly<Record<string, unknown>> = {
  accountId: '111111111111; id',
  ownerId: '<b>',
  region: 'eu-west-1\n',
  vpcId: 'vpc-01`id`',
  subnetId: 'subnet-0a"onclick=',
  subnetIds: ['subnet-0a', '$(id)'],
  nodeSubnetIds: ['../../etc'],
  podSubnetIds: ['subnet-\u202Ea'],
  networkInterfaceId: 'eni-',
  instanceId: "i-'",
  availabilityZone: 'eu west 1a',
  availabilityZoneId: 'euw1-az1 ',
  outpostArn: 'arn:aws:outposts:eu-west-1:111111111111:outpost/op 1',
  roleArn: 'role',
  cidr: '10.0.0.0',
  cidrs: ['10.0.0.0/24', '10.0.0.0'],
  ipamPoolId: 'ipam-pool-0a; id',
  cidrBlock: '10.0.0.0/33',
  cidrBlocks: ['999.0.0.0/8'],
  ipv6CidrBlocks: ['10.0.0.0/24 '],
  serviceIpv4Cidr: '2001:db8::/56',
  serviceIpv6Cidr: '$(id)',
  fullZones: ['\u001B[31m'],
  lostZones: ['\u001B[31m'],
  zone: '',
  zones: ['eu-west-1a', 'a b'],
};

describe('a schema', () => {
  const files = readdirSync(SCHEMAS);
  test.each(files)('%s has a form for each word of AWS', (file) => {
    expect(formless(JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8')), file)).toEqual([]);
  });

  test('planted violation: a property without a form is found at any depth', () => {
    const planted = {
      definitions: { A: { properties: { b: { properties: { vpcId: { type: 'string' } } } } } },
    };
    expect(formless(planted, 'planted')).toEqual(['planted: vpcId']);
  });
});

test('each field with a form refuses a hostile word, and says where it is', () => {
  expect(Object.keys(HOSTILE).toSorted()).toEqual(Object.keys(WORD_FIELDS).toSorted());
  for (const [field, value] of Object.entries(HOSTILE))
    expect([field, wrongWordIn({ list: [{}, { [field]: value }] })?.path]).toEqual([
      field,
      expect.stringContaining(`list[1].${field}`),
    ]);
});

test('tags may have the names of fields', () => {
  expect(wrongWordIn({ subnet: { tags: { accountId: 'none', region: 'EMEA' } } })).toBeNull();
});

describe('what is stored', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-words-'));
    path = join(folder, 'headroom.sqlite');
    const store = openSqliteStateStore(path);
    await store.assessments.putLatest(anAssessment({ subnets: [aSubnet()] }));
    await store.alerts.commit(TARGET, alertAfter(anObservation('critical')), 0);
    await store.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes another body into the state file, as an attacker may who has the file. */
  const replace = (table: 'alert' | 'assessment', body: string | Uint8Array): void => {
    const database = new DatabaseSync(path);
    database.prepare(`UPDATE ${table} SET body = ?`).run(body);
    database.close();
  };

  test('a scan with a subnet whose id is a command is not read', async () => {
    const scan = anAssessment({ subnets: [aSubnet({ subnetId: 'subnet-0a; id' })] });
    replace('assessment', Buffer.concat([Uint8Array.of(1), brotliCompressSync(JSON.stringify(scan))]));
    const store = openSqliteStateStore(path);
    await expect(store.assessments.latest(TARGET)).rejects.toThrow(
      'The stored assessment cannot be read: its subnets[0].subnetId must be an id, such as subnet-0123456789abcdef0',
    );
    await store.close();
  });

  test('an alert whose Region is a link is left out, and named', async () => {
    const alert = alertAfter(anObservation('critical'));
    replace('alert', JSON.stringify({ ...alert, subject: { ...alert.subject, region: 'evil.example/' } }));
    const store = openSqliteStateStore(path);
    const unreadable: string[] = [];
    expect(await store.alerts.list(TARGET, ({ code }) => unreadable.push(code))).toEqual([]);
    expect(unreadable).toEqual(['state-unreadable']);
    await store.close();
  });
});

test('an alert document whose ids have no form is refused, each by its field', () => {
  const transition = lastTransition(anObservation('critical'));
  const [message] = groupTransitions([transition], { destinationsOf: () => [], links: { dashboard: null } });
  if (message === undefined) throw new Error('no message');
  const document = JSON.parse(writeAlertDocument(message, ''));
  expect(() => readAlertDocument(document)).not.toThrow();
  document.transitions[0].subject = { ...document.transitions[0].subject, vpcId: 'vpc-1|id', region: '<eu>' };
  expect(() => readAlertDocument(document)).toThrow(
    'transitions.0.subject.region is not valid; transitions.0.subject.vpcId is not valid',
  );
});
