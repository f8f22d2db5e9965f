// Planted: a capability folder must not import another. Never compiled, never imported.
export { client as sideways } from '../state/makes-its-own-client.ts';
