import { MalformedAnswerError } from '../../model/aws/aws-failure.ts';
import type { Instance } from '../../model/aws/inventory.ts';
import { isTagOfInterest } from '../../model/owners/tags-of-interest.ts';
import { list, type PageReader, type PageState, readPage, response, struct, text } from './page-element.ts';
import { type TagState, tagSet } from './tag-elements.ts';
import type { XmlElement } from './xml-node.ts';

/** One page of DescribeInstances: its instances, out of their reservations. @throws MalformedAnswerError */
export const readInstancePage: PageReader<Instance> = (body, handOver) =>
  readPage<InstancePageState>(body, RESPONSE, {
    handOver,
    nextToken: undefined,
    hasSet: false,
    draft: draft(),
    ofReservation: [],
    ownerId: null,
    key: null,
    value: '',
  });

/** An instance while its elements arrive. */
type Draft = { -readonly [Key in keyof Omit<Instance, 'tags'>]: Instance[Key] } & {
  readonly tags: Record<string, string>;
};

interface InstancePageState extends PageState<Instance>, TagState {
  draft: Draft;
  /** The instances of the reservation that is being read, which names their owner before or after them. */
  ofReservation: Draft[];
  ownerId: string | null;
}

const draft = (): Draft => ({
  instanceId: '',
  instanceType: '',
  state: '',
  subnetId: null,
  vpcId: null,
  availabilityZone: null,
  ownerId: null,
  platform: null,
  tags: {},
});

const INSTANCES = list<InstancePageState>('instancesSet', {
  opened: (page) => {
    page.draft = draft();
  },
  children: [
    text('instanceId', ({ draft }, value) => {
      draft.instanceId = value;
    }),
    struct('instanceState', [
      text('name', ({ draft }, value) => {
        draft.state = value;
      }),
    ]),
    text('instanceType', ({ draft }, value) => {
      draft.instanceType = value;
    }),
    struct('placement', [
      text('availabilityZone', ({ draft }, value) => {
        draft.availabilityZone = value || null;
      }),
    ]),
    text('subnetId', ({ draft }, value) => {
      draft.subnetId = value || null;
    }),
    text('vpcId', ({ draft }, value) => {
      draft.vpcId = value || null;
    }),
    text('platform', ({ draft }, value) => {
      draft.platform = value || null;
    }),
    tagSet(({ draft }) => draft.tags, isTagOfInterest),
  ],
  closed: ({ draft, ofReservation }) => {
    if (draft.instanceId === '')
      throw new MalformedAnswerError('EC2 answered an instance without instanceId');
    if (draft.instanceType === '')
      throw new MalformedAnswerError(`EC2 answered instance ${draft.instanceId} without instanceType`);
    if (draft.state === '')
      throw new MalformedAnswerError(`EC2 answered instance ${draft.instanceId} without state`);
    ofReservation.push(draft);
  },
});

const RESERVATION: Omit<XmlElement<InstancePageState>, 'name'> = {
  opened: (page) => {
    page.ofReservation = [];
    page.ownerId = null;
  },
  children: [
    INSTANCES,
    text('ownerId', (page, value) => {
      page.ownerId = value || null;
    }),
  ],
  closed: ({ ofReservation, ownerId, handOver }) => {
    for (const instance of ofReservation) {
      instance.ownerId = ownerId;
      handOver(instance);
    }
  },
};

const RESPONSE = response('DescribeInstances', 'reservationSet', RESERVATION);
