import { listOf } from '../../../shared/model/base/text/names.ts';
import { number } from '../../../shared/model/base/text/numbers.ts';
import type { PlanTable } from '../../../shared/model/plan/plan-report.ts';
import type { PlannedReservation } from '../../../shared/model/plan/reserve.ts';

/** Interfaces in the way that a table names; the rest are counted. */
const NAMED = 3;

/** Ranges to reserve, with what is in their way. */
export const reservationTable = (title: string, reservations: readonly PlannedReservation[]): PlanTable => ({
  title,
  columns: [
    { title: 'SUBNET' },
    { title: 'RANGE', names: true },
    { title: 'PREFIXES AT ONCE', align: 'right' },
    { title: 'LATER', align: 'right' },
    { title: 'ADDRESSES IN THE WAY', align: 'right' },
    { title: 'INTERFACES IN THE WAY' },
    { title: 'ALL INTERFACES IN THE WAY', wide: true },
  ],
  rows: reservations.map(({ subnetId, cidr, prefixesNow, prefixesLater, singlesInTheWay, inTheWay }) => [
    subnetId,
    cidr,
    number(prefixesNow),
    number(prefixesLater),
    number(singlesInTheWay),
    inTheWay === null
      ? null
      : listOf(
          inTheWay.map(
            ({ address, networkInterfaceId, instanceId, description }) =>
              `${address} (${networkInterfaceId}${instanceId === null ? '' : ` of ${instanceId}`}${description === '' ? '' : `, ${description}`})`,
          ),
          NAMED,
        ),
    inTheWay === null ? null : inTheWay.map(({ networkInterfaceId }) => networkInterfaceId).join(' '),
  ]),
});
