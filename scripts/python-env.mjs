// Makes `.venv` with the Python programs that the end-to-end suites hold Headroom against: another AWS (moto, ministack),
// another SDK (boto3), another template linter (cfn-lint) and a linter of workflows (zizmor). Runs before those suites.
import { pythonEnvironment } from './python-environment.mjs';

pythonEnvironment({
  folder: '.venv',
  lock: '../test/e2e/requirements.txt',
  purpose: 'The end-to-end suites run moto beside the lab.',
});
