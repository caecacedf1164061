import { failed } from '#shared/diagnostics/failure.ts'
import type { DialogPort, HostFacts, Ports } from '#shared/backend/ports.ts'
import type { Emit } from '#shared/rpc/events.ts'
import { nodeBalancer } from './balancer.ts'
import { nodeBytes } from './bytes.ts'
import { nodeClock } from './clock.ts'
import { dataFolder, productVersion, sampleFolder } from './folders.ts'
import { nodeFiles } from './files.ts'
import { nodeGit } from './git.ts'
import { createHistory } from './history.ts'
import { nodeLive } from './live.ts'
import { nodeWebhook } from './webhook.ts'
import { nodeRaster } from './raster.ts'
import { nodeRecordings } from './recordings.ts'
import { nodeRestore } from './restore.ts'
import { createSettings } from './settings.ts'
import { nodeWatch } from './watch.ts'

/** A host with native dialogs answers these calls itself, before they reach the engine. */
const noDialogs: DialogPort = {
  chooseFiles: () => Promise.resolve(failed('unsupported', 'This host has no file dialogs.')),
  saveFile: () => Promise.resolve(failed('unsupported', 'This host has no file dialogs.')),
}

export interface NodePortOptions {
  readonly host: Pick<HostFacts, 'host' | 'dialogs' | 'open'>
  readonly dataFolder: string | null
}

/** Every port on Node. Nothing is opened until it is used. */
export function createNodePorts(options: NodePortOptions, emit: Emit): Ports {
  const folder = options.dataFolder ?? dataFolder()
  return {
    files: nodeFiles, bytes: nodeBytes, git: nodeGit, clock: nodeClock, history: createHistory(folder), restore: nodeRestore,
    watch: nodeWatch, raster: nodeRaster, balancer: nodeBalancer, live: nodeLive, webhook: nodeWebhook, recordings: nodeRecordings, settings: createSettings(folder), dialogs: noDialogs, emit,
    host: { ...options.host, version: productVersion(), platform: process.platform, dataFolder: folder, sampleFolder: sampleFolder() },
  }
}
