import { afterAll, beforeAll, expect, test } from 'vitest';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ estate: everyOwner });
});
afterAll(async () => lab.close());

test('types that neither the table nor EC2 knows are each named in a sentence', async () => {
  const { code, err } = await headroom(['limits', 'm5.large', 'm99.mega', ''], lab);
  expect(code).toBe(2);
  expect(err).toContain(
    'error Instance type "m99.mega" is not in the built-in table. Instance type "" is not in the built-in table. EC2 does not know them either.\n',
  );
});

test('a type that is nearly one is named with it', async () => {
  const { err } = await headroom(['limits', 'm5.larg'], lab);
  expect(err).toContain(
    '"m5.larg" is not in the built-in table. Did you mean "m5.large"? EC2 does not know it either.',
  );
});

test('a narrow terminal shows the pods of a type, and leaves the rest to wide output', async () => {
  for (const columns of [40, 60, 80, 120]) {
    const { out } = await headroom(['limits', 'm5.large', 'u7in-32tb.224xlarge'], lab, undefined, {
      columns,
    });
    expect(out).toMatch(/^TYPE +INTERFACES +(IPV4 EACH +)?(BRANCH +)?PODS/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});
