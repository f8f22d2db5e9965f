import type { CniNode, EniConfig } from '../../model/kubernetes/observed.ts';
import { type Json, list, record, text } from '../json-fields.ts';
import { nameOf } from './nodes.ts';

export const eniConfigOf = (item: Json): EniConfig => {
  const spec = record(item['spec']);
  return {
    name: nameOf(record(item['metadata']), 'ENIConfig'),
    subnetId: text(spec['subnet']),
    securityGroupIds: list(spec['securityGroups']).flatMap((group) => text(group) ?? []),
  };
};

export const cniNodeOf = (item: Json): CniNode => ({
  name: nameOf(record(item['metadata']), 'CNINode'),
  features: list(record(item['spec'])['features'])
    .map(record)
    .flatMap((feature) => {
      const name = text(feature['name']);
      return name === null ? [] : [{ name, value: text(feature['value']) }];
    }),
});
