import type { Target } from '../model/aws/inventory.ts';

/** A service of one target that is asked for its failures, as what, and until when. */
export interface AskedService<Client> {
  readonly client: Client;
  readonly target: Target;
  /** The role the client uses, to name it in failures. */
  readonly roleArn: string | null;
  /** The caller's deadline, as clients of the SDK take it. */
  readonly options: { readonly abortSignal?: AbortSignal };
}
