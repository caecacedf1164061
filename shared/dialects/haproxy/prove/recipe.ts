import type { ProofRecipe } from '#shared/dialects/proof.ts'
import type { HaproxyTree } from '../tree.ts'
import { prepareHaproxy } from './prepare.ts'

/** HAProxy in the foreground, with the folder of the run as working directory. Source: HAProxy management guide, sections 3 and 5. */
export const haproxyProof: ProofRecipe<HaproxyTree> = {
  command: 'haproxy',
  versionArguments: ['-v'],
  versionOf: (words) => /^HA-?Proxy version ([^\s,]+)/m.exec(words)?.[1] ?? null,
  startArguments: (names) => ['-db', ...names.flatMap((name) => ['-f', name])],
  prepare: prepareHaproxy,
}
