/** `--max-pods 58`, `--max-pods=58`: flags of the kubelet, as `bootstrap.sh`, nodeadm and the script for Windows pass them on. */
const FLAG = /--max-pods(?:=|\s+)["']?(\$?\w+)/g;

/** `maxPods: 58` of a NodeConfig or a kubelet's configuration, in YAML or JSON, and `.maxPods=58` of jq. */
const FIELD = /\bmaxPods["']?\s*[:=]\s*["']?(\$?\w+)/g;

/** `max-pods = 58` of Bottlerocket, in TOML. */
const BOTTLEROCKET = /^[ \t]*(?:settings\.kubernetes\.)?["']?max-pods["']?\s*=\s*["']?(\w+)/gm;

/** The kubelet's own limit is then in force. */
const NOT_COMPUTED = /--use-max-pods(?:=|\s+)["']?false\b/;

/** Source: Kubernetes, `KubeletConfiguration`. */
const KUBELET_DEFAULT = 110;

/** Comments of shell, YAML and TOML. */
const COMMENT = /^[ \t]*#.*$/gm;

/**
 * How many pods the user data of a node sets its kubelet to admit. A flag is stronger than the configuration. `null`: it says nothing, or
 * values that are computed or contradict each other. Sources: amazon-eks-ami, `bootstrap.sh` and nodeadm's `NodeConfig`;
 * Bottlerocket, `settings.kubernetes.max-pods`.
 *
 * @param text the user data itself, no longer in base64
 */
export const maxPodsIn = (text: string): number | null => {
  const code = text.replaceAll(COMMENT, '');
  const flags = valuesOf(code, FLAG);
  const fields = [...valuesOf(code, FIELD), ...valuesOf(code, BOTTLEROCKET)];
  const said = flags.length > 0 ? flags : fields;
  const [only, ...others] = new Set(said);
  if (only === undefined) return NOT_COMPUTED.test(code) ? KUBELET_DEFAULT : null;
  return others.length === 0 && /^[1-9]\d{0,3}$/.test(only) ? Number(only) : null;
};

const valuesOf = (code: string, pattern: RegExp): readonly string[] =>
  [...code.matchAll(pattern)].map(([, value = '']) => value);
