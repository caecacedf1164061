import type { ProofRecipe } from '#shared/dialects/proof.ts'
import type { NginxTree } from '../tree.ts'
import { prepareNginx } from './prepare.ts'

/** nginx in the foreground, with the folder of the run as prefix and working directory. Source: nginx.org, "Command-line parameters". */
export const nginxProof: ProofRecipe<NginxTree> = {
  command: 'nginx',
  versionArguments: ['-v'],
  versionOf: (words) => /^nginx version: nginx\/([^\s,]+)/m.exec(words)?.[1] ?? null,
  startArguments: ([name = 'nginx.conf']) => ['-p', './', '-e', 'stderr', '-c', name],
  prepare: prepareNginx,
}
