import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INSTANCE_MARKS, normalisedType, OWNER_MARKS } from '../../../../shared/model/owners/owner-marks.ts';
import { ownerOf } from '../../../../shared/model/owners/owners.ts';
import { aNode, byId } from '../../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../../fixtures/inventory-records.ts';
import { SERVICE_DESCRIPTIONS } from '../../../fixtures/service-descriptions.ts';

const context = { accountId: aTarget.accountId, instances: byId() };

const REQUESTED = [
  ['amazon-elb', 'load-balancer', null],
  ['amazon-rds', 'rds', null],
  ['amazon-elasticache', 'elasticache', null],
  ['AROAEXAMPLE:AWSCodeBuild-0123abcd', 'aws-service', 'CodeBuild'],
  ['AROAEXAMPLE:GlueJobRunnerSession', 'aws-service', 'Glue'],
] as const;

describe('an interface of an AWS service has an owner', () => {
  test.each(SERVICE_DESCRIPTIONS)('by its description %s: %s %s', (description, kind, name) => {
    expect(ownerOf(anInterfaceRecord({ description }), context)).toMatchObject({ kind, name });
  });

  test.each(REQUESTED)('by its requester %s: %s %s', (requesterId, kind, name) => {
    const managed = anInterfaceRecord({ requesterId, requesterManaged: true });
    expect(ownerOf(managed, context)).toMatchObject({ kind, name });
  });

  test.each(OWNER_MARKS.filter(({ sign }) => sign.by === 'tag'))(
    'by its tag: $name',
    ({ sign, kind, name }) => {
      if (sign.by !== 'tag') throw new RangeError('only tags');
      expect(ownerOf(anInterfaceRecord({ tags: { [sign.key]: 'true' } }), context)).toMatchObject({
        kind,
        name,
      });
    },
  );

  test.each(INSTANCE_MARKS)('by a tag of its instance: $name', ({ key, name }) => {
    const instances = byId(aNode('i-0a', { tags: { [key]: 'x', 'aws:autoscaling:groupName': 'group' } }));
    const attachment = {
      attachmentId: null,
      instanceId: 'i-0a',
      instanceOwnerId: null,
      deviceIndex: 0,
      networkCardIndex: 0,
      deleteOnTermination: true,
    };
    expect(ownerOf(anInterfaceRecord({ attachment }), { ...context, instances })).toMatchObject({
      kind: 'instance',
      name,
    });
  });

  test('a left interface of a service is still of that service', () => {
    const left = anInterfaceRecord({
      status: 'available',
      description: 'Attached to Glue using role: arn:aws:iam::1:role/etl',
    });
    expect(ownerOf(left, context)).toMatchObject({ kind: 'aws-service', name: 'Glue' });
  });
});

describe('the table of marks', () => {
  test('has an example here of every description and requester', () => {
    const examples = [...SERVICE_DESCRIPTIONS.map(([text]) => text), ...REQUESTED.map(([text]) => text)];
    const unused = OWNER_MARKS.flatMap(({ sign }) =>
      (sign.by === 'description' || sign.by === 'requester') &&
      !examples.some((text) => sign.pattern.test(text))
        ? [String(sign.pattern)]
        : [],
    );
    expect(unused).toEqual([]);
  });

  test('spells interface types as they are compared', () => {
    const types = OWNER_MARKS.flatMap(({ sign }) => (sign.by === 'type' ? [sign.type] : []));
    expect(types).toEqual([...new Set(types.map(normalisedType))]);
  });

  test('names the services whose marks no public page states in docs/unverified.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/unverified.md'), 'utf8');
    const unverified = OWNER_MARKS.flatMap(({ source, name }) =>
      source === null && name !== null ? [name] : [],
    );
    expect(unverified.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe('an owner that no mark tells', () => {
  const nameOf = (description: string): string | null =>
    ownerOf(anInterfaceRecord({ description }), context).name;

  test('is named by its description', () => {
    expect(nameOf('  Palo Alto  data plane ')).toBe('Palo Alto data plane');
    expect(nameOf('')).toBeNull();
  });

  test('is one owner, however its interfaces are numbered', () => {
    expect(nameOf('job 20261126 on eni-0a1b2c3d4e5f60718')).toBe('job * on *');
    expect(nameOf('session 5f0f8a5e-6a9c-4e42-9c6a-0a8f1f5f2c11')).toBe('session *');
    expect(nameOf('worker 7 of deadbeef')).toBe('worker 7 of deadbeef');
  });

  test('has a name of at most 80 characters', () => {
    expect(nameOf('word '.repeat(100))).toHaveLength(80);
  });
});
