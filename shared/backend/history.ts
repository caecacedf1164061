import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { RestorePlan } from '#shared/rpc/payloads.ts'
import { countChanges, diffLines, diffTerminatedLines } from '#shared/text/line-diff.ts'
import type { ConfigStore } from './config-store.ts'
import { withChanges } from './history-changes.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import type { PlannedWrite, Ports, StoredFile } from './ports.ts'

type Methods = 'history.sources' | 'history.list' | 'history.add' | 'history.approve' | 'history.planRestore' | 'history.restore'

interface Plan {
  readonly plan: RestorePlan
  readonly writes: readonly PlannedWrite[]
}

/** Snapshots, approvals and restoring what was known good. */
export function historyHandlers(ports: Ports, store: ConfigStore): Pick<Handlers<SteelyardContract>, Methods> {
  return {
    'history.sources': () => ports.history.sources(),
    async 'history.list'({ source }, context) {
      const listed = await ports.history.list(source)
      return listed.ok ? withChanges(ports, listed.value, context.cancelled) : listed
    },
    async 'history.add'({ configId, note, author }) {
      const config = store.get(configId)
      if (!config.ok) return config
      const settings = await ports.settings.load()
      const { summary, files } = config.value
      return ports.history.add({
        source: summary.source, title: summary.title, takenAt: ports.clock.now(), author, note, dialect: summary.dialect, hash: summary.hash,
        // Certificates are never opened, so there is nothing of them to keep.
        files: files.filter((file) => file.source.role !== 'certificate').map((file) => ({ path: file.source.path, role: file.source.role, diskPath: file.diskPath, bytes: file.bytes })),
      }, settings.ok ? settings.value.keepSnapshots : 0)
    },
    'history.approve': ({ snapshotId, note, by }) => ports.history.approve(snapshotId, { at: ports.clock.now(), by, note }),
    async 'history.planRestore'({ snapshotId, folder }) {
      const planned = await planRestore(ports, snapshotId, folder)
      return planned.ok ? ok(planned.value.plan) : planned
    },
    async 'history.restore'({ snapshotId, folder }) {
      const planned = await planRestore(ports, snapshotId, folder)
      if (!planned.ok) return planned
      const { plan, writes } = planned.value
      if (plan.problems.length > 0) return failed('not-permitted', `Nothing was written. ${plan.problems.join(' ')}`)
      if (writes.length === 0) return ok(plan)
      const written = await ports.restore.write(writes, plan.backupFolder)
      return written.ok ? ok({ ...plan, backupFolder: written.value }) : written
    },
  }
}

/** What restoring would write. `folder` null: where the files stood when the snapshot was taken. */
async function planRestore(ports: Ports, snapshotId: string, folder: string | null): Promise<Result<Plan>> {
  const snapshot = await ports.history.find(snapshotId)
  if (!snapshot.ok) return snapshot
  const stored = await ports.history.files(snapshot.value.snapshotId)
  if (!stored.ok) return stored
  const problems: string[] = []
  const changes: RestorePlan['writes'][number][] = []
  const writes: PlannedWrite[] = []
  for (const file of stored.value) {
    const target = targetOf(ports, file, folder)
    if (typeof target === 'string') {
      problems.push(target)
      continue
    }
    const current = await ports.restore.current(target, configLimitBytes)
    if (!current.ok) {
      problems.push(sentenceOf(current.failure))
      continue
    }
    const change = changeOf(ports, target.path, current.value, file.bytes)
    changes.push(change)
    if (change.action !== 'unchanged') writes.push({ ...target, bytes: file.bytes })
  }
  const stamp = ports.clock.now().replace(/[:+]/g, '-')
  const backupFolder = ports.files.join(ports.host.dataFolder, 'backups', `${stamp}-${ports.files.nameOf(snapshot.value.source)}`)
  return ok({ plan: { snapshotId: snapshot.value.snapshotId, writes: changes, backupFolder, problems }, writes })
}

const sentenceOf = (failure: Failure): string => failure.message

function changeOf(ports: Ports, path: string, current: Uint8Array | null, wanted: Uint8Array): RestorePlan['writes'][number] {
  if (current === null) return { path, action: 'create', ...countChanges(diffTerminatedLines('', ports.bytes.decode(wanted).text)) }
  if (current.length === wanted.length && current.every((byte, index) => byte === wanted[index])) return { path, action: 'unchanged', added: 0, removed: 0 }
  return { path, action: 'replace', ...countChanges(diffLines(ports.bytes.decode(current).text, ports.bytes.decode(wanted).text)) }
}

/** Where one stored file goes, or a sentence why it cannot. */
function targetOf(ports: Ports, file: StoredFile, folder: string | null): Pick<PlannedWrite, 'path' | 'within'> | string {
  const { files } = ports
  if (folder === null) {
    if (file.diskPath === null) return `${file.path} did not come from a file of this machine; choose a folder to restore it to.`
    return { path: file.diskPath, within: files.folderOf(file.diskPath) }
  }
  const within = files.absolute(folder)
  // A config goes directly into the folder; a file that it names keeps its own path below the folder, absolute or not.
  const below = file.role === 'config' ? files.nameOf(file.path) : file.path.replace(/^([A-Za-z]:)?[\\/]+/, '')
  if (below.split(/[\\/]/).includes('..')) return `${file.path} would be written outside ${within}.`
  return { path: files.join(within, below), within }
}
