import type { SizeAnswer } from './size.ts';
import type { WhatIf } from './what-if.ts';

/** What `headroom plan what-if --format json` prints. */
export interface WhatIfDocument extends WhatIf {
  readonly schema: 'headroom/plan-what-if@1';
  /** The actions as commands. Lines that begin with # are for people. */
  readonly commands: readonly string[];
}

/** What `headroom plan size --format json` prints. */
export interface SizeDocument extends SizeAnswer {
  readonly schema: 'headroom/plan-size@1';
}
