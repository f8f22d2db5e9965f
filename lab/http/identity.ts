import type { IncomingHttpHeaders } from 'node:http';
import { LabError } from './lab-error.ts';

/** Who is calling, read from the SigV4 credential scope. The lab does not check signatures: it has no secrets to keep. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly region: string;
  /** The name that the service signs with: `ec2`, `monitoring`, ... */
  readonly signingName: string;
}

interface Session {
  readonly accountId: string;
  readonly arn: string;
  readonly expiresAt: number;
}

const SCOPE = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/**
 * An access key for one account: the account id, padded. Every key that holds twelve digits names its account, so
 * `111122223333` alone does as well.
 */
export const accessKeyOf = (accountId: string): string => `AKIA${accountId}LABS`;

/** Access keys and what they stand for; AssumeRole adds to them. */
export class Identities {
  readonly #accountIds: ReadonlySet<string>;
  readonly #homeAccountId: string;
  readonly #sessions = new Map<string, Session>();

  constructor(accountIds: readonly string[], homeAccountId: string) {
    this.#accountIds = new Set(accountIds);
    this.#homeAccountId = homeAccountId;
  }

  /** A new access key for an assumed role. */
  open(session: Session): string {
    const accessKeyId = `ASIA${String(this.#sessions.size + 1).padStart(8, '0')}ROLE`;
    this.#sessions.set(accessKeyId, session);
    return accessKeyId;
  }

  callerOf(headers: IncomingHttpHeaders, now: number): Caller {
    const [, accessKeyId = '', region = '', signingName = ''] = SCOPE.exec(headers.authorization ?? '') ?? [];
    if (accessKeyId === '') {
      throw new LabError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    }
    const session = this.#sessions.get(accessKeyId);
    if (session !== undefined) {
      if (session.expiresAt <= now) {
        throw new LabError('ExpiredToken', 'The security token included in the request is expired', 403);
      }
      return { accountId: session.accountId, arn: session.arn, region, signingName };
    }
    const accountId = /\d{12}/.exec(accessKeyId)?.[0] ?? this.#homeAccountId;
    if (accessKeyId.startsWith('ASIA') || !this.#accountIds.has(accountId)) {
      throw new LabError(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        403,
      );
    }
    return { accountId, arn: `arn:aws:iam::${accountId}:user/headroom`, region, signingName };
  }
}
