import { DAYS_SHOWN, type PictureSource, subnetPicture } from '../notify/picture/subnet-picture.ts';
import type { StateStore } from '../state/state-store.ts';

const DAY = 86_400_000;

/** Draws the subnet of an alert, or the first of its subnets, from what is stored. */
export const picturesOf =
  (
    { assessments, history }: Pick<StateStore, 'assessments' | 'history'>,
    clock: () => number,
  ): PictureSource =>
  async ({ subject: { accountId, region, subnetIds } }) => {
    const [subnetId] = subnetIds;
    if (subnetId === undefined) return null;
    const now = clock();
    const target = { accountId, region };
    const assessment = await assessments.latest(target);
    const subnet = assessment?.subnets.find((each) => each.subnetId === subnetId);
    if (assessment === null || subnet === undefined) return null;
    const past = (await history.read(target, [subnetId], now - DAYS_SHOWN * DAY)).get(subnetId);
    if (past === undefined) return null;
    const map = assessment.maps.find((each) => each.subnetId === subnetId) ?? null;
    return subnetPicture(subnet, past.addresses, map, now);
  };
