import { expect, test } from 'vitest';
import { heldAddresses } from '../../../../shared/model/aws/held-addresses.ts';
import { addresses, anInterfaceRecord } from '../../../fixtures/inventory-records.ts';

test('an interface holds its primary address, its secondary ones and 16 for each prefix', () => {
  const held = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.10', '10.0.0.11', '10.0.0.12'),
    ipv4Prefixes: ['10.0.0.32/28', '10.0.0.64/28'],
  });
  expect(heldAddresses(held)).toEqual({ addresses: 35, secondaries: 2, prefixes: 2 });
});

test("an address inside the interface's own prefix is part of that prefix", () => {
  const held = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.10', '10.0.0.33', '10.0.0.48'),
    ipv4Prefixes: ['10.0.0.32/28'],
  });
  expect(heldAddresses(held)).toEqual({ addresses: 18, secondaries: 1, prefixes: 1 });
});

test('what is no address, or no range, is inside nothing', () => {
  const held = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.10', 'fe80::1'),
    ipv4Prefixes: ['nonsense'],
  });
  expect(heldAddresses(held)).toEqual({ addresses: 18, secondaries: 1, prefixes: 1 });
});
