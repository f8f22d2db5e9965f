import { expect, test } from 'vitest';
import { knowsProxies, usesProxy } from '../../../../shared/model/base/proxy-environment.ts';

test.each(['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'])('%s names a proxy', (name) => {
  expect(usesProxy({ [name]: 'http://proxy.example:3128' })).toBe(true);
  expect(usesProxy({ [name]: '' })).toBe(false);
});

test('without one of them there is no proxy', () => {
  expect(usesProxy({ NO_PROXY: '*', PATH: '/bin' })).toBe(false);
});

test.each([
  ['22.20.0', false],
  ['22.21.0', true],
  ['23.11.0', false],
  ['24.4.1', false],
  ['24.5.0', true],
  ['25.0.0', true],
])('Node %s can use a proxy: %s', (version, can) => {
  expect(knowsProxies(version)).toBe(can);
});
