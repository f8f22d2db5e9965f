import { ACCESS_NEEDS } from '../../shared/kubernetes/access.ts';
import { manifestsYaml } from '../../shared/kubernetes/access-manifests.ts';
import { grafanaDashboard } from '../server/grafana-dashboard.ts';
import { prometheusRules } from '../server/prometheus-rules.ts';
import { alertSchemaJson } from './alert-schema.ts';
import { alertsPage } from './alerts.ts';
import { commandSchemas } from './command-schemas.ts';
import { commandsPage } from './commands.ts';
import { modesPicture, prefixesPicture } from './concept-pictures.ts';
import { configurationPage } from './configuration.ts';
import { commandLineContract } from './contracts/command-line.ts';
import { metricsContract } from './contracts/metrics.ts';
import { namesContract } from './contracts/names.ts';
import { estateSchemaJson } from './estate-schema.ts';
import { findingsPage } from './findings.ts';
import { headroomYmlSchemaJson } from './headroom-yml-schema.ts';
import { manPage } from './man-page.ts';
import { metricsPage } from './metrics.ts';
import { ownersPage } from './owners.ts';
import { permissionsPage } from './permissions.ts';
import { planNodeSchemaJson, planSchemas } from './plan-schemas.ts';
import { runbookPages, runbooksPage } from './runbooks.ts';
import { scanSchemaJson } from './scan-schema.ts';
import { spokesTemplate } from './spokes-template.ts';

/** Every page that is made from the code, by its path. To add one: a file beside this, and a line here. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
  'infra/lambda/spokes.yml': spokesTemplate,
  'infra/server/grafana/headroom.json': grafanaDashboard,
  'infra/server/prometheus/headroom.rules.yml': prometheusRules,
  // A chart can read only the files in its own folder.
  'infra/server/chart/files/headroom.json': grafanaDashboard,
  'infra/server/chart/files/readers.yaml': () =>
    manifestsYaml(ACCESS_NEEDS.filter(({ isOptional }) => !isOptional)),
  'infra/server/chart/files/readers-ipamd.yaml': () =>
    manifestsYaml(ACCESS_NEEDS.filter(({ isOptional }) => isOptional)),
  'infra/server/chart/files/headroom.rules.yml': prometheusRules,
  'docs/alerts.md': alertsPage,
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/contracts/command-line.txt': commandLineContract,
  'docs/contracts/metrics.txt': metricsContract,
  'docs/contracts/names.txt': namesContract,
  'docs/findings.md': findingsPage,
  'docs/images/concepts-modes.svg': modesPicture,
  'docs/images/concepts-prefixes.svg': prefixesPicture,
  'docs/metrics.md': metricsPage,
  'docs/owners.md': ownersPage,
  'docs/permissions.md': permissionsPage,
  'docs/runbooks.md': runbooksPage,
  ...runbookPages,
  'docs/schema/alert.schema.json': alertSchemaJson,
  'docs/schema/estate.schema.json': estateSchemaJson,
  'docs/schema/headroom-yml.schema.json': headroomYmlSchemaJson,
  'docs/schema/plan-node.schema.json': planNodeSchemaJson,
  ...Object.fromEntries(
    Object.entries(planSchemas).map(([name, schema]) => [`docs/schema/plan-${name}.schema.json`, schema]),
  ),
  'docs/schema/scan.schema.json': scanSchemaJson,
  ...Object.fromEntries(
    Object.entries(commandSchemas).map(([name, schema]) => [`docs/schema/${name}.schema.json`, schema]),
  ),
  'man/headroom.1': manPage,
};
