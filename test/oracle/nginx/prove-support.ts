import assert from 'node:assert/strict'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'
import { ports, prove, witness } from '../haproxy/prove-support.ts'

/** A config by its text. `included`: path as the config writes it → text. */
export async function loadNginx(text: string, included: ReadonlyMap<string, string> = new Map()): Promise<LoadedConfig> {
  const files = [['nginx.conf', text] as const, ...included].map(([path, content]) => ({ path, base64: Buffer.from(content).toString('base64') }))
  const loaded = await loadConfig(ports, { kind: 'files', title: 'test', files }, { dialect: 'nginx', root: null, environment: {}, version: null }, { cancelled: () => false })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.failure.message)
  return loaded.value
}

export const inHttp = (http: string): string => `events {}\nhttp {\n${http}\n}\n`

/** One config on both sides; each request has to be answered as the simulator says, and as the row says. */
export async function proveRequests(text: string, rows: readonly (readonly [name: string, request: RequestInput, observed: string])[], included: ReadonlyMap<string, string> = new Map()): Promise<ProofReport> {
  const config = await loadNginx(text, included)
  const report = await prove(config, config, rows.map(([name, input]) => witness(config, config, name, input)))
  for (const [index, [name, , observed]] of rows.entries()) {
    const entry = report.witnesses[index]
    assert.equal(entry?.before.observed, observed, `${name}: ${report.sentence} ${JSON.stringify(entry)}`)
    assert.equal(entry?.agrees, true, `${name}: ${JSON.stringify(entry)}`)
  }
  assert.equal(report.state, 'proved', report.sentence)
  return report
}
