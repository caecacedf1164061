import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadConfig } from '#shared/backend/load-config.ts'
import { toPair, type Pair } from '#shared/backend/pairs.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'

export const testFolder = path.resolve(import.meta.dirname, '../../..')
export const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(os.tmpdir(), 'steelyard-traffic-unused') }, () => undefined)

/** Two configs from texts, or from the folders `before` and `after` below a folder of the tests. */
export async function pairOf(before: string, after: string): Promise<Pair> {
  const load = async (text: string): ReturnType<typeof loadConfig> => {
    const input: ConfigInput = { kind: 'files', title: 'given', files: [{ path: 'haproxy.cfg', base64: Buffer.from(text).toString('base64') }] }
    return loadConfig(ports, input, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
  }
  const [first, second] = [await load(before), await load(after)]
  if (!first.ok || !second.ok) throw new Error('the configs of a test do not load')
  return toPair(first.value, second.value)
}

export function pairIn(folder: string): Promise<Pair> {
  const text = (side: string): string => {
    const whole = path.join(testFolder, folder, side)
    return readdirSync(whole).filter((name) => name.endsWith('.cfg')).sort().map((name) => readFileSync(path.join(whole, name), 'utf8')).join('')
  }
  return pairOf(text('before'), text('after'))
}

/** A line of HAProxy's httplog. */
export function httplog(entry: string, pool: string, target: string, more: { readonly captures?: string; readonly version?: string; readonly source?: string; readonly method?: string } = {}): string {
  return `${more.source ?? '198.51.100.7'}:40001 [20/Nov/2026:11:12:44.502] ${entry} ${pool}/s1 0/0/0/3/3 200 638 - - ---- 1/1/0/0/0 0/0 ${more.captures ?? ''}"${more.method ?? 'GET'} ${target} HTTP/${more.version ?? '1.1'}"`
}
