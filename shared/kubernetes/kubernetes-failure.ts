import { HeadroomError } from '../model/base/errors.ts';
import { quoted } from '../model/base/shell-words.ts';
import {
  type KubernetesPermission,
  permissionName,
  type Unread,
  type UnreadReason,
} from '../model/kubernetes/observed.ts';

const ACTIONS: Readonly<Record<UnreadReason, string>> = {
  forbidden: 'Run `headroom access --cluster NAME`: it shows the missing permissions and how to grant them.',
  unauthenticated:
    'Give the role an access entry: `headroom access --cluster NAME` shows its commands. With a kubeconfig, renew its token.',
  unreachable: 'Check that the API endpoint can be reached from here, or use `--kubernetes-from DIR`.',
  deadline:
    'Scan again. If it persists, check the load of the API server, and that its endpoint can be reached from here. For a private one, scan in its VPC or use `--kubernetes-from DIR`.',
  budget: 'Scan again. If it persists, the cluster is larger than one reading may take.',
  throttled: 'Scan again later: the API server limits its clients.',
  malformed: 'Check for a proxy between Headroom and the API server.',
  failed: 'Check the API server, and scan again.',
  'not-saved': 'Save the answers again: `headroom access --save` prints the commands.',
  'not-asked': 'Ask for it under `kubernetes` in headroom.yml.',
};

/** What to do about a cluster that was not read for this reason. */
export const actionFor = (reason: UnreadReason, cluster: string): string =>
  ACTIONS[reason].replaceAll('NAME', () => quoted(cluster));

/**
 * A request to a Kubernetes API that gave no usable answer. The message never holds text of the answer, which may quote
 * tokens or objects.
 */
export class KubernetesFailure extends HeadroomError {
  readonly reason: UnreadReason;
  readonly permission: KubernetesPermission | null;
  /** The HTTP status; `null` without an answer. */
  readonly status: number | null;

  constructor(
    reason: UnreadReason,
    message: string,
    details: {
      readonly permission?: KubernetesPermission;
      readonly status?: number;
      readonly cause?: unknown;
      /** What to do, where the usual action of the reason is not it. */
      readonly action?: string;
    } = {},
  ) {
    super(
      `kubernetes-${reason}`,
      message,
      details.action ?? ACTIONS[reason],
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'KubernetesFailure';
    this.reason = reason;
    this.permission = details.permission ?? null;
    this.status = details.status ?? null;
  }
}

export const unreadOf = ({ reason, permission, message }: KubernetesFailure): Unread => ({
  reason,
  permission,
  message,
});

export const forbidden = (permission: KubernetesPermission): KubernetesFailure =>
  new KubernetesFailure('forbidden', `the permission \`${permissionName(permission)}\` is missing`, {
    permission,
    status: 403,
  });
