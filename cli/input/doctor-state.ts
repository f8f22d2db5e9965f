import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../shared/aws/client-settings.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { probeStateTable } from '../../shared/state/dynamo/table-probe.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok, triedAll } from './doctor-answers.ts';
import { checkMemory } from './doctor-memory.ts';
import { type StateOptions, withStateStore } from './state-store.ts';

const OF_THE_TABLE: ReadonlySet<string> = new Set(['state-table-missing', 'state-not-ours']);

/** Whether the stored scans can be read, and, in a table, each call that the functions and `headroom ack` make. */
export const checkState = async (options: StateOptions, now: number): Promise<readonly DoctorCheck[]> => {
  const { state, table, region } = options;
  const subject = table ?? state ?? '';
  const calls = table === undefined ? [] : await checkTable(table, region);
  if (calls.some(({ status }) => status === 'failed')) return calls;
  const read = await triedAll('state', subject, () =>
    withStateStore(
      options,
      async (store) => {
        const scanned = count((await store.assessments.targets()).length, 'target');
        const isRead = ok('state', subject, `It can be read, and holds scans of ${scanned}.`);
        // The process of `headroom serve` has no size of its own.
        return table === undefined ? [isRead] : [isRead, ...(await checkMemory(store, table, now))];
      },
      { readOnly: true },
    ),
  );
  return [...calls, ...read];
};

const checkTable = async (table: string, region: string | undefined): Promise<readonly DoctorCheck[]> => {
  const client = new DynamoDBClient(clientSettings({ region }));
  try {
    const answers = await probeStateTable(client, table);
    const refused = answers.flatMap(({ action, problem }) => (problem === null ? [] : [{ action, problem }]));
    const [first] = refused;
    if (first === undefined)
      return [ok('state', table, `All ${answers.length} calls of the state table are allowed.`)];
    // A table that there is not, or that is of something else, fails every call for one reason.
    return OF_THE_TABLE.has(first.problem.code)
      ? [failed('state', table, first.problem)]
      : refused.map(({ action, problem }) => failed(`state ${action}`, table, problem));
  } finally {
    client.destroy();
  }
};
