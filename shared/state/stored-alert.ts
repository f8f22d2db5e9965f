import type { Alert } from '../model/alert/alert.ts';

/** Since this version, receivers know an alert by its account, Region and key; before, by its key alone. */
const BY_ACCOUNT_AND_REGION = 2;

/** An alert as it is written. */
export const storedAlert = (alert: Alert): object => ({ ...alert, identity: BY_ACCOUNT_AND_REGION });

/** An alert as it was written, by this version or an earlier one. */
export const alertFromStored = ({ identity, ...alert }: Alert & { readonly identity?: number }): Alert =>
  identity === BY_ACCOUNT_AND_REGION ? alert : { ...alert, formerKey: alert.key };
