import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeOutputFile } from '../../../cli/output/output-file.ts';
import { createEstateSources, type Estate, type TargetEstate } from '../../../shared/inventory/estate.ts';
import { estateText, readEstate } from '../../../shared/inventory/estate-file.ts';
import { mixedEstate } from '../../fixtures/mixed-estate.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-estate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const denied = { code: 'access-denied', message: 'may not', action: 'Allow it.' };

const estate: Estate = {
  schema: 'headroom/estate@1',
  collectedAt: '2026-11-20T08:00:00Z',
  redacted: false,
  targets: [
    mixedEstate,
    {
      ...mixedEstate,
      target: { accountId: '222222222222', region: 'us-east-1' },
      interfaces: denied,
      reservations: { 'subnet-0a': denied },
      instances: [],
    },
  ],
};

describe('an estate file', () => {
  test.each(['estate.json', 'estate.json.gz'])(
    '%s gives back what was written, problems included',
    async (name) => {
      const path = join(folder, name);
      await writeOutputFile(path, estateText(estate), { compressed: name.endsWith('.gz') });
      expect(await readEstate(path)).toEqual(estate);
      expect(readFileSync(path).subarray(0, 2).toString('hex') === '1f8b').toBe(name.endsWith('.gz'));
    },
  );

  test('is as the published schema describes it', async () => {
    const path = join(folder, 'valid.json');
    await writeOutputFile(path, estateText(estate));
    const ajv = new Ajv2020();
    addFormats.default(ajv);
    const schema = JSON.parse(
      readFileSync(new URL('../../../docs/schema/estate.schema.json', import.meta.url), 'utf8'),
    );
    const validate = ajv.compile(schema);
    expect(validate(JSON.parse(readFileSync(path, 'utf8'))) || validate.errors).toBe(true);
    expect(validate({ ...estate, targets: [{}] })).toBe(false);
  });

  test('is read by what it holds, not by its name', async () => {
    const path = join(folder, 'compressed-by-hand.json');
    writeFileSync(path, gzipSync(JSON.stringify(estate)));
    expect(await readEstate(path)).toEqual(estate);
  });

  test('appears whole or not at all', async () => {
    const path = join(folder, 'no-such-folder', 'estate.json');
    await expect(writeOutputFile(path, estateText(estate))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('cannot be written: there is no such file or folder'),
    });
    const circular = {
      ...estate,
      targets: [
        {
          ...mixedEstate,
          vpcs: [
            {
              get vpcId() {
                throw new Error('broke off');
              },
            },
          ],
        },
      ],
    };
    await expect(
      writeOutputFile(join(folder, 'broken.json'), estateText(circular as unknown as Estate)),
    ).rejects.toMatchObject({ message: expect.stringContaining('broke off') });
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});

describe('a bad estate file is refused with all that is wrong', () => {
  const problemsOf = async (content: unknown): Promise<readonly string[]> => {
    const path = join(folder, 'bad.json');
    writeFileSync(
      path,
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
    const error: unknown = await readEstate(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'EstateFileError', code: 'estate-file-invalid' });
    return (error as { problems: readonly string[] }).problems;
  };
  const target = (changes: Partial<Record<keyof TargetEstate, unknown>>) => ({
    ...estate,
    targets: [{ ...mixedEstate, ...changes }],
  });

  test('field by field, with where it is', async () => {
    const [first] = mixedEstate.subnets as readonly object[];
    expect(
      await problemsOf({
        ...target({
          target: { accountId: '12', region: 'eu-west-1' },
          subnets: [
            { ...first, awsAvailable: -1 },
            { ...first, subnetId: 7 },
          ],
          reservations: {
            'subnet-0a': [
              { reservationId: 'scr-1', subnetId: 'subnet-0a', cidr: '10.0.0.0/28', type: 'other' },
            ],
          },
        }),
        collectedAt: 'yesterday',
      }),
    ).toEqual([
      expect.stringMatching(/^collectedAt: /),
      'targets[0].target.accountId: must be an account number of 12 digits',
      expect.stringMatching(/^targets\[0\]\.subnets\[0\]\.awsAvailable: /),
      expect.stringMatching(/^targets\[0\]\.subnets\[1\]\.subnetId: /),
      expect.stringMatching(/^targets\[0\]\.reservations\.subnet-0a\[0\]\.type: /),
    ]);
  });

  test('not more of it than anybody reads', async () => {
    const path = join(folder, 'bad.json');
    writeFileSync(path, JSON.stringify(target({ interfaces: Array.from({ length: 50 }, () => ({})) })));
    await expect(readEstate(path)).rejects.toMatchObject({
      message: expect.stringMatching(/; and \d+ more$/),
    });
  });

  test('what would be counted twice', async () => {
    const [first] = mixedEstate.interfaces as readonly object[];
    expect(await problemsOf({ ...estate, targets: [mixedEstate, mixedEstate] })).toEqual([
      'target 111111111111 eu-west-1 is in it twice',
    ]);
    expect(await problemsOf(target({ interfaces: [first, first] }))).toEqual(['eni-01 is in it twice']);
  });

  test.each([
    [
      'another schema',
      { schema: 'headroom/scan@1' },
      'its schema is "headroom/scan@1", and must be "headroom/estate@1"',
    ],
    ['no schema', {}, 'its schema is not given, and must be "headroom/estate@1"'],
    ['no object', '[]', 'its schema is not given, and must be "headroom/estate@1"'],
    ['null', 'null', 'its schema is not given, and must be "headroom/estate@1"'],
    ['no JSON', 'subnets: []', expect.stringMatching(/^it is not JSON/)],
    ['half of the JSON', JSON.stringify(estate).slice(0, 5_000), expect.stringMatching(/^it is not JSON/)],
    [
      'half of what was compressed',
      gzipSync(JSON.stringify(estate)).subarray(0, 500),
      expect.stringMatching(/^it cannot be read \(unexpected end/),
    ],
    ['nothing', '', expect.stringMatching(/^it is not JSON/)],
  ])('%s', async (_, content, problem) => {
    expect(await problemsOf(content)).toEqual([problem]);
  });

  test('no file at all', async () => {
    await expect(readEstate(join(folder, 'missing.json'))).rejects.toMatchObject({
      message: expect.stringContaining(
        'missing.json cannot be used: it cannot be read (there is no such file',
      ),
    });
  });
});

test('what could not be read when the estate was collected fails again, in the same words', async () => {
  const { inventory } = createEstateSources(estate.targets[1] ?? mixedEstate);
  await expect(inventory.eachInterface({}, () => undefined)).rejects.toMatchObject(denied);
  await expect(inventory.reservations('subnet-0a')).rejects.toMatchObject(denied);
  expect(await inventory.subnets({})).toHaveLength(3);
});
