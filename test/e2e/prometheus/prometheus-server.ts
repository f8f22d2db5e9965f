import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../fixtures/free-port.ts';

const UNPACKED = fileURLToPath(new URL('../../../.prometheus/usr/bin', import.meta.url));

/** What scripts/prometheus.mjs unpacked, or what the machine has. */
const programNamed = (name: string): string => {
  const unpacked = join(UNPACKED, name);
  return existsSync(unpacked) ? unpacked : name;
};

/** Runs promtool; its words, and whether it was content. */
export const promtool = (args: readonly string[], input?: string): { ok: boolean; said: string } => {
  const { status, stdout, stderr } = spawnSync(programNamed('promtool'), args, {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface PrometheusServer {
  readonly version: string;
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  readonly api: (path: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Starts Prometheus in a folder of its own on a free port of 127.0.0.1. It scrapes one address every second. */
export const startPrometheus = async (
  folder: string,
  scraped: string,
  rules: string,
): Promise<PrometheusServer> => {
  const configuration = join(folder, 'prometheus.yml');
  writeFileSync(
    configuration,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [{ job_name: 'headroom', static_configs: [{ targets: [new URL(scraped).host] }] }],
    }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = programNamed('prometheus');
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const over = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const isReady = async (): Promise<boolean> => {
    try {
      return (await fetch(`${url}/-/ready`)).ok;
    } catch {
      return false;
    }
  };
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`Prometheus did not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const api = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as {
      status: string;
      data: unknown;
      error?: string;
    };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error ?? answer.status}`);
    return answer.data;
  };
  return {
    version: execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '',
    query: async (expression) => {
      const { result } = (await api(`query?query=${encodeURIComponent(expression)}`)) as { result: Sample[] };
      return result;
    },
    api,
    close: async () => {
      child.kill('SIGTERM');
      await over;
    },
  };
};
