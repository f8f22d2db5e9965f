import { execFile } from 'node:child_process';
import { HeadroomError } from '../model/base/errors.ts';
import { record, text } from './json-fields.ts';

/** A program that gives credentials, as `users[].user.exec` of a kubeconfig names it. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly providesClusterInfo: boolean;
}

export interface ExecCredential {
  readonly token: string | null;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
}

/** `aws eks get-token` takes about a second. */
const TIMEOUT = 30_000;

const MOST_BYTES = 1_000_000;

/**
 * Runs the plugin without a shell and without a terminal, and reads its ExecCredential
 * (client.authentication.k8s.io/v1 and v1beta1).
 *
 * @throws HeadroomError `kubeconfig-exec-failed`. It quotes nothing that the plugin wrote: that may be a credential.
 */
export const runExecPlugin = async (
  plugin: ExecPlugin,
  cluster: { readonly server: string; readonly certificateAuthority: string | null },
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredential> => {
  const { command, args, apiVersion, providesClusterInfo } = plugin;
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(providesClusterInfo
        ? {
            cluster: {
              server: cluster.server,
              ...(cluster.certificateAuthority === null
                ? {}
                : {
                    'certificate-authority-data': Buffer.from(cluster.certificateAuthority).toString(
                      'base64',
                    ),
                  }),
            },
          }
        : {}),
    },
  };
  const written = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        env: { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        timeout: TIMEOUT,
        maxBuffer: MOST_BYTES,
        encoding: 'utf8',
      },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(failed(command, reasonOf(error)));
      },
    );
    child.stdin?.end();
  });
  const status = statusOf(written, command);
  const token = text(status['token']);
  const certificate = text(status['clientCertificateData']);
  const key = text(status['clientKeyData']);
  if (token === null && (certificate === null || key === null))
    throw failed(command, 'it gave neither a token nor a client certificate');
  return {
    token,
    clientCertificate: certificate === null || key === null ? undefined : { certificate, key },
  };
};

const statusOf = (written: string, command: string) => {
  try {
    return record(record(JSON.parse(written))['status']);
  } catch {
    throw failed(command, 'its answer is no ExecCredential');
  }
};

const reasonOf = (error: Error & { readonly code?: unknown; readonly killed?: boolean }): string => {
  if (error.code === 'ENOENT') return 'there is no such program';
  if (error.killed === true) return `it did not end within ${TIMEOUT / 1_000} s`;
  return `it ended with ${String(error.code ?? 'a signal')}`;
};

const failed = (command: string, why: string): HeadroomError =>
  new HeadroomError(
    'kubeconfig-exec-failed',
    `The program ${command} of the kubeconfig gave no credentials: ${why}`,
    'Run the program by hand: it may need a login.',
  );
