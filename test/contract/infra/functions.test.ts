import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessDenied, hanging } from '../../../lab/faults/catalogue.ts';
