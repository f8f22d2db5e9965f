import { Agent, request } from 'node:https';
import { usesProxy } from '../model/base/proxy-environment.ts';

/** What has no body, whatever was sent (Fetch Standard, "null body status"). */
const NULL_BODY: ReadonlySet<number | undefined> = new Set([204, 205, 304]);

/**
 * Posts as `fetch` does, through the proxy that `HTTPS_PROXY` names. Node's own `fetch` reads that variable only with
 * NODE_USE_ENV_PROXY=1.
 */
export const postThroughProxy =
  (env: NodeJS.ProcessEnv): typeof fetch =>
  (input, { method, headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const agent = new Agent({ proxyEnv: env });
      const sent = request(
        String(input),
        {
          agent,
          ...(method === undefined ? {} : { method }),
          headers: Object.fromEntries(new Headers(headers)),
          ...(signal == null ? {} : { signal }),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () => {
            const { statusCode: status = 502, headers: given } = answer;
            const single = Object.entries(given).flatMap(([name, value]): [string, string][] =>
              typeof value === 'string' ? [[name, value]] : [],
            );
            resolve(
              new Response(NULL_BODY.has(status) ? null : Buffer.concat(chunks), { status, headers: single }),
            );
          });
        },
      );
      sent.once('close', () => agent.destroy());
      sent.once('error', reject);
      sent.end(typeof body === 'string' || body instanceof Uint8Array ? body : undefined);
    });

/** `fetch`, or the one through a proxy where the environment names a proxy. */
export const fetchOf = (env: NodeJS.ProcessEnv): typeof fetch =>
  usesProxy(env) ? postThroughProxy(env) : (input, init) => fetch(input, init);
