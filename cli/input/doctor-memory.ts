import { scanMegabytesOf, subnetsThatFit } from '../../shared/metrics/monthly-cost.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import { readAllStarts, type ScanStart } from '../../shared/pipeline/scan-starts.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok } from './doctor-answers.ts';

/** Targets whose stored scans are counted: the others are smaller, and each is some requests to the store. */
const LARGEST = 20;

/** Whether the memory of the function that scans is enough for its largest targets. Each scan notes what memory it has. */
export const checkMemory = async (
  { assessments, cache }: StateStore,
  table: string,
  now: number,
): Promise<readonly DoctorCheck[]> => {
  const targets = (await assessments.targets()).map(({ target }) => target);
  const starts = await readAllStarts(cache, targets, now);
  const largest = targets
    .flatMap((target) => {
      const last = starts.get(targetName(target))?.at(-1);
      return last === undefined ? [] : [{ target, last }];
    })
    .toSorted((a, b) => b.last.interfaces - a.last.interfaces || b.last.memoryUsed - a.last.memoryUsed)
    .slice(0, LARGEST);
  const checks: DoctorCheck[] = [];
  for (const { target, last } of largest) {
    const subnets = (await assessments.past(target))?.subnets.length ?? 0;
    const check = checkOf(target, last, subnets);
    if (check !== null) checks.push(check);
  }
  if (checks.length > 0) return checks;
  const message = `No scan of the last six hours says how much memory its function has.`;
  return [unknown(table, message, 'Run `headroom doctor` again after the next scans.')];
};

const checkOf = (target: Target, { memoryLimit }: ScanStart, subnets: number): DoctorCheck | null => {
  // Without subnets, nothing was read: how many there are is not known.
  if (memoryLimit === null || subnets === 0) return null;
  const subject = targetName(target);
  const has = `It has ${count(subnets, 'subnet')}, and the function that scans has ${number(memoryLimit)} MB`;
  const fits = subnetsThatFit(memoryLimit);
  if (fits !== null && subnets <= fits)
    return ok('memory', subject, `${has}: enough for ${number(fits)} subnets.`);
  const wanted = scanMegabytesOf({ subnets, targets: 1 });
  if (wanted <= memoryLimit)
    return unknown(
      subject,
      `${has}. Whether that is enough was not measured.`,
      'Look at `Max Memory Used` in the `REPORT` lines of its log.',
    );
  return failed('memory', subject, {
    code: 'memory-small',
    message: `${has}${fits === null ? ', less than the smallest size that was measured' : `: enough for ${number(fits)} subnets`}.`,
    action: `Deploy with memorySize=${wanted} (docs/deploy.md, "Large accounts"), or scan fewer VPCs (scan.vpcs).`,
  });
};

const unknown = (subject: string, message: string, action: string): DoctorCheck => ({
  check: 'memory',
  subject,
  status: 'unknown',
  message,
  action,
});
