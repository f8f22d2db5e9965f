// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of Fn::Sub
import { describe, expect, test } from 'vitest';
import { mergeChange, withReferences } from '../../../../infra/lambda/template/merge.ts';

const NO_VALUE = { Ref: 'AWS::NoValue' };
const base = { Path: '/', Policies: [{ Sid: 'Own' }], Nested: { Period: 60 } };

describe('a change that is merged', () => {
  test('is wrapped where the values differ, and nowhere else', () => {
    const changed = { ...base, Nested: { Period: 90 } };
    expect(mergeChange(base, base, changed, 'IsSlow')).toEqual({
      ...base,
      Nested: { Period: { 'Fn::If': ['IsSlow', 90, 60] } },
    });
  });

  test('adds and removes properties by AWS::NoValue', () => {
    const { Path: _, ...changed } = { ...base, Boundary: 'arn' };
    expect(mergeChange(base, base, changed, 'C')).toEqual({
      ...base,
      Path: { 'Fn::If': ['C', NO_VALUE, '/'] },
      Boundary: { 'Fn::If': ['C', 'arn', NO_VALUE] },
    });
  });

  test('adds to a list, after what another change added', () => {
    const first = mergeChange(base, base, { ...base, Policies: [{ Sid: 'Own' }, { Sid: 'Vpc' }] }, 'A');
    const both = mergeChange(first, base, { ...base, Policies: [{ Sid: 'Own' }, { Sid: 'Key' }] }, 'B');
    expect(both).toMatchObject({
      Policies: [
        { Sid: 'Own' },
        { 'Fn::If': ['A', { Sid: 'Vpc' }, NO_VALUE] },
        { 'Fn::If': ['B', { Sid: 'Key' }, NO_VALUE] },
      ],
    });
  });

  test('that always holds keeps the changes before it', () => {
    const first = mergeChange(base, base, { ...base, Boundary: 'arn' }, 'A');
    expect(mergeChange(first, base, { ...base, Path: '/x/' }, null)).toEqual({
      ...base,
      Path: '/x/',
      Boundary: { 'Fn::If': ['A', 'arn', NO_VALUE] },
    });
  });
});

describe('references', () => {
  const parameterOf = { 'x-name-here': '${Name}-${AWS::Region}', 'x-name': 'Name', 90: 'Days' };

  test.each([
    ['a whole text', 'x-name', { Ref: 'Name' }],
    ['a part of a text', 'x-name-queue', { 'Fn::Sub': '${Name}-queue' }],
    ['the longer placeholder', 'x-name-here', { 'Fn::Sub': '${Name}-${AWS::Region}' }],
    ['a text of Fn::Sub', { 'Fn::Sub': 'a ${B} x-name' }, { 'Fn::Sub': 'a ${B} ${Name}' }],
    ['a number', { Days: 90 }, { Days: { Ref: 'Days' } }],
    ['a list', { Ids: ['list:Ids'] }, { Ids: { Ref: 'Ids' } }],
    ['other texts', ['${kept} as it is'], ['${kept} as it is']],
    ['a text with a variable of another language', 'x-name ${kept}', { 'Fn::Sub': '${Name} ${!kept}' }],
  ] as const)('replace %s', (_, value, expected) => {
    expect(withReferences(value, parameterOf)).toEqual(expected);
  });
});
