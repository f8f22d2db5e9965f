import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { pythonProgram } from './python.ts';

const SERVER = join(import.meta.dirname, '../../infra/server');

test('the mixin has the alerts and the dashboard that the chart and the package have', () => {
  // Its fields are hidden, as in every mixin: they are seen only by name.
  const snippet = `local mixin = import '${join(SERVER, 'mixin/mixin.libsonnet')}'; { [name]: mixin[name] for name in std.objectFieldsAll(mixin) }`;
  const program = 'import _jsonnet, sys; print(_jsonnet.evaluate_snippet("mixin", sys.argv[1]))';
  const mixin = JSON.parse(
    execFileSync(pythonProgram('python'), ['-c', program, snippet], { encoding: 'utf8' }),
  ) as Record<string, unknown>;
  expect(mixin['prometheusAlerts']).toEqual(
    parseYaml(readFileSync(join(SERVER, 'prometheus/headroom.rules.yml'), 'utf8')),
  );
  expect(mixin['grafanaDashboards']).toEqual({
    'headroom.json': JSON.parse(readFileSync(join(SERVER, 'grafana/headroom.json'), 'utf8')) as unknown,
  });
  expect(Object.keys(mixin).toSorted()).toEqual(['grafanaDashboards', 'prometheusAlerts', 'prometheusRules']);
});
