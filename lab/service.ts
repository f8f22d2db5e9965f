import type { LabClock } from './clock.ts';
import type { Estate, LabAccount } from './estate/estate.ts';
import type { EstateView } from './estate/estate-view.ts';
import type { World } from './estate/world.ts';
import type { Caller, Identities } from './http/identity.ts';
import type { Parameters } from './http/parameters.ts';
import type { Protocol } from './http/protocol.ts';
import type { XmlRecord } from './http/xml.ts';

/** What an action of the lab's AWS knows of the request and its surroundings. */
export interface ActionContext {
  readonly caller: Caller;
  readonly account: LabAccount;
  readonly accountId: string;
  readonly region: string;
  readonly parameters: Parameters;
  readonly estate: Estate;
  readonly clock: LabClock;
  readonly identities: Identities;
  /** Address of the lab itself, for the URLs that it hands out. */
  readonly url: string;
  /** What the caller's account can see in the Region of the request, at this moment. */
  view(): EstateView;
  /** Carries out an order. @throws LabError where the estate takes none */
  change<Result>(alter: (world: World) => Result): Result;
}

export type Action = (context: ActionContext) => XmlRecord;

/** One AWS service of the lab. */
export interface LabService {
  /** How tests and faults name it. */
  readonly name: string;
  /** The service name in the credential scope. */
  readonly signingName: string;
  /** The prefix of its IAM actions. */
  readonly iamPrefix: string;
  readonly protocols: readonly Protocol[];
  /** A larger body, as it comes over the wire, is refused. */
  readonly maximumRequestBytes?: number;
  readonly actions: Readonly<Record<string, Action>>;
}
