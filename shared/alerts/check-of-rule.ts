import type { Check } from '../model/checks/check.ts';
import { CHECKS } from '../model/checks/checks.ts';
import type { Finding } from '../model/result/finding.ts';

/** What alerts need to know of a check. They have the name of its settings. */
type OrderedCheck = Pick<
  Check,
  'supply' | 'suppresses' | 'neverSuppressed' | 'findsNothingLeft' | 'isExpectation'
>;

/** A rule that many checks share is none of them in particular: it suppresses nothing, and does not say that nothing is left. */
export const CHECK_OF_RULE: ReadonlyMap<string, OrderedCheck> = new Map(
  CHECKS.map((check) => [check.settings, check]),
);

const ORDER: ReadonlyMap<string, number> = new Map(CHECKS.map(({ kind }, index) => [kind, index]));

/** The place of a finding's check among those that are announced; checks of Headroom itself come last. */
export const announcementOrder = ({ kind }: Pick<Finding, 'kind'>): number => ORDER.get(kind) ?? ORDER.size;

const SHORTAGES: ReadonlySet<string> = new Set(
  CHECKS.filter(({ supply, isShortage }) => supply !== undefined || isShortage === true).map(
    ({ kind }) => kind,
  ),
);

const NOTHING_LEFT: ReadonlySet<string> = new Set(
  CHECKS.flatMap(({ kind, findsNothingLeft }) => (findsNothingLeft === true ? [kind] : [])),
);

/** Whether a finding says that nothing is left. */
export const saysNothingLeft = ({ kind }: Pick<Finding, 'kind'>): boolean => NOTHING_LEFT.has(kind);

/** Whether a finding says that something has, or will have, too few addresses. */
export const isShortage = ({ kind }: Pick<Finding, 'kind'>): boolean => SHORTAGES.has(kind);
