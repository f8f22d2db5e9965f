import { bundleFunctions } from './bundle-functions.ts';

/** Makes `osls package` and `osls deploy` bundle the functions first: one command, and never a stale bundle. */
export default class BundlePlugin {
  constructor(serverless, _options, { progress } = {}) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        progress?.create?.({ name: 'headroom-bundle', message: 'Bundling functions' });
        await bundleFunctions(serverless.service.custom.bundles);
        progress?.get?.('headroom-bundle')?.remove?.();
      },
    };
  }
}
