import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demo } from '../../../lab/estates/demo.ts';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';
import { type LabKubernetes, startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import { SMALL_CLUSTER } from '../../fixtures/kubernetes/objects.ts';

interface Printed {
  readonly clusters: readonly {
    readonly clusterName: string;
    readonly pods: { readonly unexplained: number } | null;
    readonly unknown: string | null;
  }[];
}

let lab: Lab;
let kubernetes: LabKubernetes;
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-sources-'));
  lab = await startLab({ estate: everyOwner });
  kubernetes = await startLabKubernetes(SMALL_CLUSTER);
  // Stands for kubectl: it gets the paths that the printed commands name.
  const kubectl = join(folder, 'kubectl');
  writeFileSync(
    kubectl,
    `#!/bin/sh\nexec curl --silent --fail --header 'authorization: Bearer ${TOKEN}' "${kubernetes.url}$3"\n`,
  );
  chmodSync(kubectl, 0o755);
});
afterAll(async () => {
  await lab.close();
  await kubernetes.close();
  rmSync(folder, { recursive: true });
});

/** The clusters whose pods were read. The pods of the small cluster have addresses that no interface of the lab has. */
const readBy = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const finished = await headroom(['pods', '--output', 'json', ...args], {
    ...awsEnvironment(lab.url),
    ...env,
  });
  const clusters = finished.out === '' ? [] : (JSON.parse(finished.out) as Printed).clusters;
  return {
    ...finished,
    read: clusters.flatMap(({ clusterName, pods }) =>
      pods === null ? [] : [{ clusterName, unexplained: pods.unexplained }],
    ),
  };
};

const clusterNames = async (): Promise<readonly string[]> => {
  const { out } = await headroom(['pods', '--output', 'json'], lab);
  return (JSON.parse(out) as Printed).clusters.map(({ clusterName }) => clusterName);
};

describe('--kubernetes-from', () => {
  test('reads what the printed commands have saved, for the cluster that the folder is named for', async () => {
    const [name = ''] = await clusterNames();
    const answers = join(folder, 'the answers');
    const { out: script } = await headroom(['access', '--save', join(answers, name)], {});
    const path = `${folder}${delimiter}${process.env['PATH']}`;
    // Not the synchronous kind: this process is also the server.
    await promisify(execFile)('sh', ['-e', '-c', script], { env: { ...process.env, PATH: path } });
    expect((await readBy(['--kubernetes-from', answers])).read).toEqual([
      { clusterName: name, unexplained: 2 },
    ]);
  });

  test('refuses files without a folder where several clusters were scanned', async () => {
    const flat = join(folder, 'flat');
    mkdirSync(flat);
    writeFileSync(join(flat, 'nodes.json'), '{"items":[]}');
    const { code, out, read } = await readBy(['--kubernetes-from', flat]);
    expect({ code, read }).toEqual({ code: 4, read: [] });
    expect(out).toMatch(/holds answers of one cluster, and \d+ clusters were scanned/);
  });

  test('refuses a folder that is not there, before anything is read', async () => {
    const { code, err } = await readBy(['--kubernetes-from', join(folder, 'absent')]);
    expect(code).toBe(2);
    expect(err).toContain('does not exist');
  });
});

describe('a cluster that cannot be reached', () => {
  test('is named with the reason in words and what to do, and its pods are unknown', async () => {
    const [name = ''] = await clusterNames();
    const path = join(folder, 'unreachable');
    writeFileSync(
      path,
      JSON.stringify({
        // The port of a service that no machine has for HTTP.
        clusters: [{ name, cluster: { server: 'http://127.0.0.1:1' } }],
        users: [{ name: 'reader', user: { token: TOKEN } }],
        contexts: [{ name: 'work', context: { cluster: name, user: 'reader' } }],
      }),
    );
    const { code, out } = await headroom(['pods', '--context', 'work'], {
      ...awsEnvironment(lab.url),
      KUBECONFIG: path,
    });
    expect(code).toBe(4);
    expect(out).toContain(
      `The Kubernetes API of cluster ${name} was not read: 127.0.0.1:1 refuses the connection`,
    );
    expect(out).toContain('Check that the API endpoint can be reached from here');
    expect(out).toMatch(
      /unknown {2}Its pods or nodes could not be read: 127\.0\.0\.1:1 refuses the connection/,
    );
  });
});

describe('--context', () => {
  const kubeconfig = (cluster: string): string => {
    const path = join(folder, 'kubeconfig');
    writeFileSync(
      path,
      JSON.stringify({
        clusters: [{ name: cluster, cluster: { server: kubernetes.url } }],
        users: [{ name: 'reader', user: { token: TOKEN } }],
        contexts: [{ name: 'work', context: { cluster, user: 'reader' } }],
      }),
    );
    return path;
  };

  test.each([
    [
      'its ARN, as aws eks update-kubeconfig writes it',
      (name: string) => `arn:aws:eks:eu-west-1:111122223333:cluster/${name}`,
    ],
    ['the name that eksctl gives', (name: string) => `${name}.eu-west-1.eksctl.io`],
  ])('reads the cluster that is named by %s', async (_what, nameOf) => {
    const [name = ''] = await clusterNames();
    const { read } = await readBy(['--context', 'work'], { KUBECONFIG: kubeconfig(nameOf(name)) });
    expect(read).toEqual([{ clusterName: name, unexplained: 2 }]);
  });

  test('refuses a cluster that was not scanned', async () => {
    const { code, out, read } = await readBy(['--context', 'work'], { KUBECONFIG: kubeconfig('elsewhere') });
    expect({ code, read }).toEqual({ code: 4, read: [] });
    expect(out).toContain('names the cluster elsewhere, which is none of those that were scanned');
  });
});

describe('several accounts and Regions', () => {
  const ALL = ['111122223333', '444455556666'].map((account) => `arn:aws:iam::${account}:role/HeadroomScan`);
  let two: Lab;
  beforeAll(async () => {
    two = await startLab({ estate: demo });
  });
  afterAll(() => two.close());

  const podsOf = async (args: readonly string[], cluster: string) => {
    const path = join(folder, 'several');
    writeFileSync(
      path,
      JSON.stringify({
        clusters: [{ name: cluster, cluster: { server: kubernetes.url } }],
        users: [{ name: 'reader', user: { token: TOKEN } }],
        contexts: [{ name: 'work', context: { cluster, user: 'reader' } }],
      }),
    );
    const finished = await headroom(
      ['pods', '--output', 'json', '--role-arn', ...ALL, '--external-id', 'headroom-lab', ...args],
      { ...awsEnvironment(two.url), KUBECONFIG: path },
    );
    const clusters = finished.out === '' ? [] : (JSON.parse(finished.out) as Printed).clusters;
    const read = clusters.flatMap(({ clusterName, pods }) => (pods === null ? [] : [clusterName]));
    return { ...finished, read };
  };

  // The second account has one cluster, payments, which no context and no folder here is about.
  test.each([
    ['its ARN', 'arn:aws:eks:eu-west-1:111122223333:cluster/search'],
    ['its ARN in the other account', 'arn:aws:eks:eu-west-1:444455556666:cluster/payments'],
  ])('a context that names a cluster by %s is that cluster alone', async (_, arn) => {
    const { code, read } = await podsOf(['--context', 'work'], arn);
    expect({ code, read }).toEqual({ code: 0, read: [arn.split('/')[1]] });
  });

  test.each([
    ['search', 'and 2 accounts and Regions are scanned'],
    ['arn:aws:eks:eu-west-1:777788889999:cluster/search', 'whose account and Region are none of those'],
    ['search.eu-west-1.eksctl.io', 'and 2 accounts and Regions are scanned'],
  ])('a context that names %s is refused: it is not sure which cluster is meant', async (cluster, why) => {
    const { code, err } = await podsOf(['--context', 'work'], cluster);
    expect(code).toBe(3);
    expect(err).toContain(why);
    expect(err).toContain('--region, --role-arn, --profile');
  });

  test('saved answers are those of the cluster with the name of their folder, and no problem of the others', async () => {
    const answers = join(folder, 'of several', 'search');
    mkdirSync(answers, { recursive: true });
    for (const kind of ['nodes', 'pods']) writeFileSync(join(answers, `${kind}.json`), '{"items":[]}');
    const { code, read } = await podsOf(['--kubernetes-from', join(folder, 'of several')], 'none');
    expect({ code, read }).toEqual({ code: 0, read: ['search'] });
  });
});

test('two sources at once are refused', async () => {
  const { code, err } = await readBy(['--kubernetes', '--context', 'work']);
  expect(code).toBe(2);
  expect(err).toContain('--kubernetes and --context name different sources; keep one');
});

test('a scan of a file reads saved answers, and has no credentials for a cluster', async () => {
  const { code, err } = await headroom(['scan', '--from', 'absent.json', '--kubernetes'], {});
  expect(code).toBe(2);
  expect(err).toContain('use --kubernetes-from');
});

test('the demo reads its own clusters', async () => {
  const started = await startLab({ estate: demo });
  try {
    const { code, out } = await headroom(['pods', '--kubernetes', '--output', 'json'], started);
    expect(code).toBe(0);
    expect((JSON.parse(out) as Printed).clusters.every(({ pods }) => pods !== null)).toBe(true);
  } finally {
    await started.close();
  }
});
