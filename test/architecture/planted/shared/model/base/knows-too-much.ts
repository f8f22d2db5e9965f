// Planted: the boundary gate must find each of these. Never compiled, never imported.
import type { EC2Client } from '@aws-sdk/client-ec2';
import { readFileSync } from 'node:fs';
import { sideways } from '../../alerts/reaches-sideways.ts';

export const now = () => Date.now();
export type Client = EC2Client;
export { readFileSync, sideways };
