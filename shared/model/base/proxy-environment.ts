/** The variables that name a proxy, as curl and Node read them. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether requests may have to go through a proxy. */
export const usesProxy = (env: Environment): boolean =>
  PROXY_VARIABLES.some((name) => (env[name] ?? '') !== '');

/**
 * Whether this version of Node can send requests through a proxy. Source: its documentation of `http.Agent`, where
 * `proxyEnv` was added in 22.21.0 and 24.5.0.
 */
export const knowsProxies = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 21;
  return major === 24 ? minor >= 5 : major > 24;
};
