import { describe, expect, test } from 'vitest';
import { maxPodsIn } from '../../../../shared/model/aws/user-data.ts';

/**
 * User data as people write it.
 * https://github.com/awslabs/amazon-eks-ami, `bootstrap.sh` and `nodeadm`; https://bottlerocket.dev, settings.kubernetes.
 */

const NODE_CONFIG = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: { name: shop }
  kubelet:
    config:
      maxPods: 58
      clusterDNS: [10.100.0.10]
    flags:
    - "--node-labels=team=web"
--//--
`;

describe('the pods that user data sets a kubelet to admit', () => {
  test.each<[string, string, number | null]>([
    ['a flag of bootstrap.sh', "/etc/eks/bootstrap.sh shop --kubelet-extra-args '--max-pods=110'", 110],
    ['a flag with a space', '/etc/eks/bootstrap.sh shop --kubelet-extra-args "--max-pods 17 --v 2"', 17],
    ['a NodeConfig', NODE_CONFIG, 58],
    ['a NodeConfig in JSON', '{"spec":{"kubelet":{"config":{"maxPods":20}}}}', 20],
    ['a configuration that jq changes', 'echo "$(jq ".maxPods=90" kubelet-config.json)" > config', 90],
    ['Bottlerocket', '[settings.kubernetes]\ncluster-name = "shop"\nmax-pods = 42', 42],
    ['Bottlerocket, quoted and with a dotted key', 'settings.kubernetes."max-pods" = 43', 43],
    ['the same value twice', 'maxPods: 30\nmaxPods: 30', 30],
    ['a flag beside a configuration, which is weaker', `${NODE_CONFIG}\n- --max-pods=40`, 40],
    ['a script for Windows', "[string]$args = '--max-pods=64'", 64],
    ['a limit that is not computed', '/etc/eks/bootstrap.sh shop --use-max-pods false', 110],
    ['a limit that is not computed, and one that is set', '--use-max-pods=false --max-pods=9', 9],
    ['a limit of a thousand', 'maxPods: 9999', 9999],
    ['nothing of it', '#!/bin/bash\n/etc/eks/bootstrap.sh shop', null],
    ['nothing at all', '', null],
    ['computed limits', '/etc/eks/bootstrap.sh shop --use-max-pods true', null],
    ['a comment', '#!/bin/bash\n  # --max-pods=10\n# maxPods: 11', null],
    ['a variable', '--max-pods=$MAX_PODS', null],
    ['an expression', 'maxPodsExpression: "max_pods / 2"', null],
    ['two flags that differ', '--max-pods=10 --max-pods=11', null],
    ['two configurations that differ', 'maxPods: 10\nmaxPods: 11', null],
    ['no number', 'maxPods: many', null],
    ['zero', 'maxPods: 0', null],
    ['more than can be', 'maxPods: 10000', null],
    ['another word', 'notmaxPods: 10\nnot-max-pods = 10', null],
  ])('%s', (_, text, expected) => {
    expect(maxPodsIn(text)).toBe(expected);
  });
});
