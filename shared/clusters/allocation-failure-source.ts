import type { AllocationFailure, AllocationService } from '../model/aws/allocation-failure.ts';

/** The services of AWS that are asked, by their APIs. */
export const ASKED_SERVICES: readonly AllocationService[] = ['auto-scaling', 'ecs', 'ec2-fleet', 'spot'];

/** Failures of one service since a moment, in epoch milliseconds. */
export type FailuresSince = (since: number) => Promise<readonly AllocationFailure[]>;

/** What the services of one target say about addresses that they asked for and did not get. */
export interface AllocationFailureSource {
  /** The services that can be asked. */
  readonly services: readonly AllocationService[];
  /**
   * Failures of one service.
   *
   * @param since epoch milliseconds: older failures are not asked for
   * @throws HeadroomError when the service did not answer in full
   */
  failuresOf(service: AllocationService, since: number): Promise<readonly AllocationFailure[]>;
}
