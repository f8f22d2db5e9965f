import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planDocument, shopFile } from '../../fixtures/plan-command.ts';

/** See `test/fixtures/terraform/README.md`. */
const PLAN = fileURLToPath(new URL('../../fixtures/terraform/vpc-and-eks-modules.json', import.meta.url));

interface Demand {
  readonly address: string;
  readonly wanted: { readonly least: number; readonly most: number };
  readonly subnetIds: readonly string[];
}

const { document } = await planDocument('fit', '--from', shopFile(), '--terraform', PLAN);
const demands: readonly Demand[] = document.demands;
const demandOf = (part: string) => demands.find(({ address }) => address.includes(part));

const PRIVATE = [0, 1, 2].map((index) => `module.vpc.aws_subnet.private[${index}]`);

test('follows subnets through variables and outputs of nested modules', () => {
  for (const part of [
    'aws_eks_cluster',
    'eks_managed_node_group',
    'aws_autoscaling_group',
    'aws_lb.web',
    'jobs',
    'api',
  ])
    expect(demandOf(part)?.subnetIds, part).toEqual(PRIVATE);
  expect(demandOf('orders')?.subnetIds).toEqual(
    [0, 1, 2].map((index) => `module.vpc.aws_subnet.database[${index}]`),
  );
});

test('counts each kind at the least and at the most', () => {
  expect(Object.fromEntries(demands.map(({ address, wanted }) => [address, wanted]))).toEqual({
    'module.eks.aws_eks_cluster.this[0]': { least: 2, most: 9 },
    'module.eks.module.eks_managed_node_group["workers"].aws_eks_node_group.this[0]': { least: 3, most: 12 },
    'module.eks.module.self_managed_node_group["batch"].aws_autoscaling_group.this[0]': { least: 2, most: 4 },
    'aws_db_instance.orders': { least: 2, most: 2 },
    'aws_lb.web': { least: 3, most: 24 },
    'aws_lb.tcp': { least: 3, most: 3 },
    'aws_lambda_function.jobs': { least: 0, most: 3 },
    'aws_ecs_service.api': { least: 4, most: 8 },
    'aws_eks_node_group.updated (nodes that its update starts)': { least: 4, most: 4 },
  });
});

test('takes nothing for what stays as it is, for new tags and for what goes', () => {
  for (const part of ['untouched', 'tagged', 'gone']) expect(demandOf(part)).toBeUndefined();
});

test('takes prefixes, as the settings of the add-on in the plan say', () => {
  const [first] = document.subnets.filter(({ subnetId }: { subnetId: string }) => subnetId === PRIVATE[0]);
  expect(first.freePrefixesAfter.least).toBeLessThan(first.freePrefixes);
});

test('names what it cannot count', () => {
  expect(document.unknowns).toEqual([
    'aws_lambda_function.jobs: functions with the same subnets and security groups share interfaces, and Lambda adds some under load.',
    'aws_transfer_server.drop: it names subnets, and how many addresses aws_transfer_server takes is not known.',
    'aws_mq_broker.queue: it names subnets, and how many addresses aws_mq_broker takes is not known.',
  ]);
});
