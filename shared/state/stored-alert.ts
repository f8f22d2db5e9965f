import type { Alert } from '../model/alert/alert.ts';
import { identityOf } from '../model/result/identity.ts';

/** How receivers such as PagerDuty knew an alert when it was stored: by its account, Region and key; before, by its key alone. */
const BY_ACCOUNT_AND_REGION = 2;
/** Now, by its incident. */
const BY_INCIDENT = 3;

/** An alert as it is written. */
export const storedAlert = (alert: Alert): object => ({ ...alert, identity: BY_INCIDENT });

/** An alert as it was written, by this version or an earlier one. */
export const alertFromStored = ({ identity, ...alert }: Alert & { readonly identity?: number }): Alert => {
  if (identity === BY_INCIDENT) return alert;
  return { ...alert, formerKey: identity === BY_ACCOUNT_AND_REGION ? identityOf(alert) : alert.key };
};
