import { expect, test } from 'vitest';
import { networkAddressUnits } from '../../../../shared/model/subnet/network-address-usage.ts';
import { addresses, anInterfaceRecord } from '../../../fixtures/inventory-records.ts';

test('every address is one unit, IPv4 or IPv6', () => {
  const networkInterface = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.4', '10.0.0.5'),
    ipv6AddressCount: 3,
  });
  expect(networkAddressUnits(networkInterface)).toBe(5);
});

test('every prefix is one unit, whatever it holds', () => {
  const networkInterface = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.4'),
    ipv4Prefixes: ['10.0.0.16/28', '10.0.0.32/28'],
    ipv6Prefixes: ['2600:1f18::/80'],
  });
  expect(networkAddressUnits(networkInterface)).toBe(4);
});

test("an address inside one of the interface's own prefixes is not counted again", () => {
  const networkInterface = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.4', '10.0.0.40', '10.0.0.48'),
    ipv4Prefixes: ['10.0.0.16/28', '10.0.0.32/28'],
  });
  expect(networkAddressUnits(networkInterface)).toBe(4);
});

test('what cannot be read is counted as what AWS says it is', () => {
  const networkInterface = anInterfaceRecord({
    privateAddresses: addresses('10.0.0.4', 'garbled'),
    ipv4Prefixes: ['garbled', '10.0.0.16/28'],
  });
  expect(networkAddressUnits(networkInterface)).toBe(4);
});

test('an interface that holds nothing uses nothing', () => {
  expect(networkAddressUnits(anInterfaceRecord())).toBe(0);
});
