import type { IpamdSample } from '../../model/kubernetes/observed.ts';
import { KubernetesFailure } from '../kubernetes-failure.ts';

/** The series of one node: 26 families, and in secondary mode one series for each address that a pod ever had. */
const MOST_SAMPLES = 20_000;

const PREFIX = 'awscni_';

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/**
 * The samples of ipamd in the text format of Prometheus (exposition format 0.0.4), without the buckets of histograms. One
 * line that cannot be read makes the answer of the node unknown: a sum without it would be wrong and look right.
 *
 * @throws KubernetesFailure `malformed`
 */
export const samplesOf = (exposition: string): readonly IpamdSample[] => {
  const samples: IpamdSample[] = [];
  for (const line of exposition.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = SAMPLE.exec(line);
    const value = match === null ? Number.NaN : Number(special(match[3] as string));
    if (match === null || (Number.isNaN(value) && match[3] !== 'NaN')) throw unreadable();
    const name = match[1] as string;
    if (!name.startsWith(PREFIX) || name.endsWith('_bucket')) continue;
    if (samples.length === MOST_SAMPLES)
      throw new KubernetesFailure('budget', `ipamd has more than ${MOST_SAMPLES} series`);
    samples.push({ name, labels: labelsOf(match[2] ?? ''), value });
  }
  if (samples.length === 0) throw new KubernetesFailure('malformed', 'ipamd answered no metrics');
  return samples;
};

const special = (value: string): string => value.replace(/^([+-]?)Inf$/, '$1Infinity');

const labelsOf = (written: string): Readonly<Record<string, string>> => {
  const labels: [string, string][] = [];
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < written.length) {
    const match = LABEL.exec(written);
    if (match === null) throw unreadable();
    const value = (match[2] as string).replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
    labels.push([match[1] as string, value]);
  }
  return Object.fromEntries(labels);
};

const unreadable = (): KubernetesFailure =>
  new KubernetesFailure('malformed', 'ipamd answered a line that is no metric');
