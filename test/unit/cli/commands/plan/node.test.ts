import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { headroomInProcess } from '../../../../fixtures/command-in-process.ts';

const plan = (...args: readonly string[]) => headroomInProcess(['plan', 'node', ...args]);
const json = async (...args: readonly string[]) => JSON.parse((await plan(...args, '--format', 'json')).out);

describe('headroom plan node', () => {
  test('prints a row for each number of pods, in the order of the question', async () => {
    const { code, out } = await plan('m5.large', '--pods', '20,0');
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines.slice(0, 6)).toEqual([
      ['What the VPC CNI holds on a node of m5.large in secondary mode'],
      ['The node takes 10 to 30 addresses of its subnets.'],
      [''],
      ['For each number of pods'],
      ['PODS', 'INTERFACES', 'ADDRESSES', 'PREFIXES', 'UNUSED', 'TAKEN FROM SUBNETS'],
      ['20', '3', '27', '0', '7', '30'],
    ]);
    expect(lines[6]).toEqual(['0', '1', '9', '0', '9', '10']);
  });

  test('says how many pods get no address', async () => {
    const { out } = await plan('m5.large', '--pods', '30');
    expect(out).toContain('The node takes 30 addresses of its subnets. Of 30 pods, 3 get no address.');
  });

  test('prints the same as JSON, as the schema says', async () => {
    const document = await json(
      'm5.large',
      '--mode',
      'prefix',
      '--custom-networking',
      '--pod-eni',
      '--pods',
      '17',
    );
    expect(document).toMatchObject({
      schema: 'headroom/plan-node@1',
      mode: 'prefix',
      nodes: [{ pods: 17, interfaces: 3, addresses: 0, prefixes: 3, unused: 31, addressesTaken: 51 }],
    });
    const schema = JSON.parse(
      readFileSync(new URL('../../../../../docs/schema/plan-node.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...document, nodes: [{ pods: 1 }] })).toBe(false);
  });

  test('--pods-at-switch says what may be left of the other mode, in the table and as JSON', async () => {
    const args = ['t3.small', '--mode', 'prefix', '--pods', '0,9', '--pods-at-switch', '9'];
    const { out } = await plan(...args);
    expect(out).toContain(
      'INTERFACES AFTER THE SWITCH  ADDRESSES AFTER THE SWITCH  PREFIXES AFTER THE SWITCH',
    );
    expect(out).toContain('After a switch of mode a node keeps what its pods used of the former mode.');
    const document = await json(...args);
    expect(document).toMatchObject({
      podsAtSwitch: 9,
      nodes: [
        { pods: 0, prefixes: 1, afterSwitch: { interfaces: [3, 3], addresses: [9, 9], prefixes: [0, 0] } },
        { pods: 9, prefixes: 2, afterSwitch: { interfaces: [3, 3], addresses: [9, 9], prefixes: [0, 0] } },
      ],
    });
    expect(await json('t3.small', '--pods', '1')).toMatchObject({
      podsAtSwitch: null,
      nodes: [{ afterSwitch: null }],
    });
  });

  test('a type without prefixes has no other mode: what was held may stay, as on the way down', async () => {
    const document = await json('c4.large', '--mode', 'prefix', '--pods', '1', '--pods-at-switch', '12');
    expect(document.nodes[0].afterSwitch).toEqual({
      interfaces: [2, 3],
      addresses: [18, 27],
      prefixes: [0, 0],
    });
  });

  test('hands every setting to the allocator', async () => {
    const document = await json(
      ...['m5.xlarge', '--pods', '3', '--warm-eni-target', '2', '--warm-ip-target', '4'],
      ...['--minimum-ip-target', '5', '--warm-prefix-target', '3', '--max-eni', '2', '--max-pods', '50'],
    );
    expect(document.settings).toEqual({
      prefixDelegation: false,
      customNetworking: false,
      podEni: false,
      warmEniTarget: 2,
      warmPrefixTarget: 3,
      warmIpTarget: 4,
      minimumIpTarget: 5,
      maxEni: 2,
      maxPods: 50,
    });
  });

  test('says what the settings do that the figures do not show', async () => {
    const { out } = await plan('m5.large', '--minimum-ip-target', '10', '--pods', '12');
    expect(out).toContain('PODS WITHOUT ADDRESS');
    expect(out).toContain('MINIMUM_IP_TARGET=10 without WARM_IP_TARGET is a ceiling as well.');
  });

  test('shows bounds for what a node may still hold after its peak', async () => {
    const { out } = await plan('m5.xlarge', '--pods', '0', '--peak-pods', '50');
    expect(out).toContain('INTERFACES AFTERWARDS');
    expect(out).toContain('1-4');
    expect(out).toContain('14-56');
  });

  test('shows bounds where the CNI picks at random', async () => {
    const { out } = await plan('m5.large', '--mode', 'prefix', '--warm-prefix-target', '2', '--pods', '17');
    expect(out).toContain('5 (4-5)');
  });

  test.each([
    [['m5.large', '--pods', 'ten'], '--pods ten is not a whole number from 0 to 100,000.'],
    [['m5.large', '--pods', '1', '--max-eni', '0'], '--max-eni 0 is not a whole number from 1 to 100,000.'],
    [['m5.large', '--pods', '1', '--mode', 'ipv6'], '--mode ipv6 is neither secondary nor prefix.'],
    [
      ['m5.large', '--pods', '1', '--format', 'xml'],
      '--output xml is none of table, wide, json, yaml, csv, name, markdown, html.',
    ],
    [['m5.large'], "required option '--pods <number,...>' not specified"],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await plan(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
