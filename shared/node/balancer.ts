import { execFile } from 'node:child_process'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { BalancerPort } from '#shared/backend/balancer-port.ts'
import { searchPath } from './isolation.ts'

const versionTimeoutMs = 5000

/** Balancers on the PATH, each run in the foreground with sockets in a folder of its own. What a replay needs is loaded with the first one. */
export const nodeBalancer: BalancerPort = {
  version: (command, versionArguments) => new Promise((resolve) => {
    execFile(command, [...versionArguments], { cwd: '/', timeout: versionTimeoutMs, env: { PATH: searchPath(), LC_ALL: 'C' } }, (error, stdout, stderr) => {
      if (error === null) resolve(ok(`${stdout}${stderr}`))
      else resolve(error.code === 'ENOENT' ? failed('no-such-command', `${command} is not installed here.`) : failed('command-failed', `${command} is installed, but does not say its version: ${stderr.trim() || error.message}`))
    })
  }),
  async replay(run, limitMs, cancelled) {
    const { replay } = await import('./replay.ts')
    return replay(run, limitMs, cancelled)
  },
}
