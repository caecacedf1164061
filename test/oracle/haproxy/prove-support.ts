import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { toPair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { provePair, type Witness } from '#shared/backend/prove.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'

export const ports: Ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: os.tmpdir() }, () => undefined)
const context = { cancelled: () => false }

/** Whether a process was started by this one, itself or through others: other test files start balancers at the same time. */
export function isOurs(pid: string): boolean {
  for (let at = pid; at !== '0' && at !== '';) {
    if (at === String(process.pid)) return true
    try {
      at = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? ''
    } catch {
      // It has ended meanwhile.
      return false
    }
  }
  return false
}

/** A config by its text. `sideFiles`: path as the config writes it → text. */
export async function loadText(text: string, sideFiles: ReadonlyMap<string, string> = new Map(), environment: Readonly<Record<string, string>> = {}): Promise<LoadedConfig> {
  const files = [['haproxy.cfg', text] as const, ...sideFiles].map(([path, content]) => ({ path, base64: Buffer.from(content).toString('base64') }))
  const loaded = await loadConfig(ports, { kind: 'files', title: 'test', files }, { dialect: 'haproxy', root: null, environment, version: null }, context)
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.failure.message)
  return loaded.value
}

export const loadSample = async (side: 'before' | 'after'): Promise<LoadedConfig> => {
  const loaded = await loadConfig(ports, { kind: 'sample', side }, { dialect: null, root: null, environment: {}, version: null }, context)
  assert.ok(loaded.ok)
  return loaded.value
}

/** What the simulator says, as expectation. */
export const computed = (config: LoadedConfig, request: RequestInput): Outcome => prepareRouter(config.model).route(request, { explain: false }).outcome

export const request = (parts: Partial<RequestInput>): RequestInput => ({ ...defaultRequest, host: 'a.test', ...parts })

export function witness(before: LoadedConfig, after: LoadedConfig, classId: string, input: RequestInput): Witness {
  return { classId, request: input, before: computed(before, input), after: computed(after, input) }
}

export async function prove(before: LoadedConfig, after: LoadedConfig, witnesses: readonly Witness[]): Promise<ProofReport> {
  const report = await provePair(ports, toPair(before, after), witnesses, context)
  assert.ok(report.ok, report.ok ? '' : report.failure.message)
  return report.value
}

/** A config that waits for bodies, and witnesses that announce one and never send it: each takes all the time that a witness may take. */
export async function slowConfig(): Promise<{ readonly config: LoadedConfig; readonly slow: readonly Witness[] }> {
  const config = await loadText('defaults\n mode http\nfrontend web\n bind :80\n option http-buffer-request\n default_backend b\nbackend b\n server s 192.0.2.1:80 check\n')
  return { config, slow: Array.from({ length: 4 }, (_, index) => witness(config, config, `slow${index}`, request({ method: 'POST', headers: [['Content-Length', '5']] }))) }
}
