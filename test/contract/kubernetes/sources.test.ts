import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { createFilesApi } from '../../../shared/kubernetes/files-api.ts';
import { createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { RESOURCES } from '../../../shared/kubernetes/resources.ts';
import { startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import { kubernetesSourceConformance } from './source-conformance.ts';

describe("the lab's API over HTTP", () => {
  kubernetesSourceConformance(async (objects) => {
    const { url, close } = await startLabKubernetes(objects);
    const connection = { server: url, certificateAuthority: null, token: async () => TOKEN };
    return {
      source: createApiSource(() => createHttpsApi(connection, { userAgent: 'headroom/test' })),
      close,
    };
  });
});

/** As `kubectl get --raw PATH > FILE` saves them. */
const saveAnswers = async (objects: readonly KubernetesObject[], folder: string): Promise<void> => {
  const { url, close } = await startLabKubernetes(objects);
  const save = async (path: string, file: string): Promise<void> => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (answer.ok) writeFileSync(join(folder, file), await answer.text());
  };
  try {
    mkdirSync(folder, { recursive: true });
    await save('/version', 'version.json');
    await save('/apis', 'apis.json');
    for (const { group, version, plural } of Object.values(RESOURCES)) {
      const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      await save(`${root}/${plural}`, group === '' ? `${plural}.json` : `${plural}.${group}.json`);
    }
  } finally {
    await close();
  }
};

describe('saved answers', () => {
  kubernetesSourceConformance(async (objects) => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-kubernetes-'));
    await saveAnswers(objects, folder);
    return {
      source: createApiSource(() => createFilesApi(folder)),
      close: async () => rmSync(folder, { recursive: true }),
    };
  });
});
