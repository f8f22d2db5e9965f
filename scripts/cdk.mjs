// Makes `.cdk` with the AWS CDK, for the suite that synthesizes the example of the docs. It comes by the lock file of that
// suite and without install scripts. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { lockedPackages } from './locked-packages.mjs';

const cdk = lockedPackages('test/e2e/cdk/locked', '.cdk');

if (!cdk.isThere()) {
  console.error('Headroom: getting the AWS CDK (once) ...');
  cdk.install();
}
