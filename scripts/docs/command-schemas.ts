import { schemaOfType } from './scan-schema.ts';

/** The JSON Schemas of commands whose document is a type of the command line, by name. Later versions may add fields. */
export const commandSchemas: Readonly<Record<string, () => string>> = {
  acknowledge: () => schemaOfType('AcknowledgeDocument', 'headroom/acknowledge@1'),
  backfill: () => schemaOfType('BackfillDocument', 'headroom/backfill@1'),
  collect: () => schemaOfType('CollectDocument', 'headroom/collect@1'),
  mute: () => schemaOfType('MuteDocument', 'headroom/mute@1'),
  replay: () => schemaOfType('ReplayDocument', 'headroom/replay@1'),
  report: () => schemaOfType('ReportDocument', 'headroom/report@1'),
  'test-message': () => schemaOfType('TestMessageDocument', 'headroom/test-message@1'),
  unmute: () => schemaOfType('UnmuteDocument', 'headroom/unmute@1'),
  access: () => schemaOfType('AccessDocument', 'headroom/access@1'),
  alerts: () => schemaOfType('AlertsDocument', 'headroom/alerts@1'),
  clusters: () => schemaOfType('ClustersDocument', 'headroom/clusters@1'),
  config: () => schemaOfType('ConfigDocument', 'headroom/config@1'),
  cost: () => schemaOfType('CostDocument', 'headroom/cost@1'),
  findings: () => schemaOfType('FindingsDocument', 'headroom/findings@1'),
  forecast: () => schemaOfType('ForecastDocument', 'headroom/forecast@1'),
  'forecast-review': () => schemaOfType('ForecastReviewDocument', 'headroom/forecast-review@1'),
  mutes: () => schemaOfType('MutesDocument', 'headroom/mutes@1'),
  owners: () => schemaOfType('OwnersDocument', 'headroom/owners@1'),
  pods: () => schemaOfType('PodsDocument', 'headroom/pods@1'),
  doctor: () => schemaOfType('DoctorDocument', 'headroom/doctor@1'),
  explain: () => schemaOfType('ExplainDocument', 'headroom/explain@1'),
  map: () => schemaOfType('MapDocument', 'headroom/map@1'),
  limits: () => schemaOfType('LimitsDocument', 'headroom/limits@1'),
};
