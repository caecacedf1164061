import { createConfigStore } from '#shared/backend/config-store.ts'
import { historyHandlers } from '#shared/backend/history.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { RestorePlan, Snapshot } from '#shared/rpc/payloads.ts'
import { choiceOf, expectPositionals, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError, type ExitCode, type Io } from '#cli/io.ts'
import { coloursFor, forTerminal, type Colours } from '#cli/output/colour.ts'
import { schemaVersion } from '#cli/output/json-shapes.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

const context = { cancelled: () => false }

export const command: Command = {
  usage: 'history list [SOURCE] | show SNAPSHOT | add CONFIG | approve SNAPSHOT|CONFIG | restore SNAPSHOT|known-good:SOURCE',
  summary: 'The history store: snapshots of configs, approvals with a note, last known good, and writing an old version back.',
  options: [
    ...readingOptions,
    { name: 'note', short: 'm', value: 'TEXT', help: 'why (add, approve)' },
    { name: 'author', value: 'NAME', help: 'who (default: the name in the settings)' },
    { name: 'to', value: 'DIR', help: 'restore into this folder instead of where the files stood' },
    { name: 'dry-run', value: null, help: 'restore: only say what would be written' },
    { name: 'file', value: 'PATH', help: 'show: print this file of the snapshot as it was' },
  ],
  remarks: ['A snapshot is named by its id or by the first eight characters of it. Restoring keeps what stood there in a backup folder and follows no symbolic link.'],
  async run(args, io) {
    const [verb, name] = expectPositionals(args, 1, 2, 'list, show, add, approve or restore, and what it is about') as [string, string | undefined]
    const ports = cliPorts(io, args.has('quiet'))
    const needed = (what: string): string => {
      if (name === undefined) throw new UsageError(`history ${verb} needs ${what}.`)
      return name
    }
    switch (verb) {
      case 'list': return list(ports, name ?? null, args, io)
      case 'show': return show(ports, needed('a SNAPSHOT'), args, io)
      case 'add': return add(ports, needed('a CONFIG'), args, io)
      case 'approve': return approve(ports, needed('a SNAPSHOT or a CONFIG'), args, io)
      case 'restore': return restore(ports, needed('a SNAPSHOT or known-good:SOURCE'), args, io)
      default: throw new UsageError(`history knows list, show, add, approve and restore; "${verb}" is none of them.`)
    }
  },
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new InputError(sentence(result.failure))
  return result.value
}

const sentence = (failure: Failure): string => failure.message
const isJson = (args: Parsed): boolean => choiceOf(args, 'format', ['text', 'json'], 'text') === 'json'

async function list(ports: Ports, source: string | null, args: Parsed, io: Io): Promise<ExitCode> {
  const json = isJson(args)
  if (source === null) {
    const sources = valueOf(await ports.history.sources())
    if (json) await deliver(`${JSON.stringify({ schemaVersion, sources }, null, 2)}\n`, args, io)
    else await deliver(sources.length === 0 ? 'The history is empty.\n' : sources.map((one) => `${forTerminal(one.source)}  ${one.snapshots} ${one.snapshots === 1 ? 'snapshot' : 'snapshots'}, last ${one.lastChange}${one.knownGood === null ? '' : `, known good ${one.knownGood.slice(0, 8)}`}\n`).join(''), args, io)
    return exitCodes.clean
  }
  let snapshots = valueOf(await ports.history.list(source))
  if (snapshots.length === 0) snapshots = valueOf(await ports.history.list(ports.files.absolute(source)))
  const colours = coloursFor(args, io)
  if (json) await deliver(`${JSON.stringify({ schemaVersion, source, snapshots }, null, 2)}\n`, args, io)
  else await deliver(snapshots.length === 0 ? `There is no snapshot of ${forTerminal(source)}.\n` : snapshots.map((one) => line(one, colours)).join(''), args, io)
  return exitCodes.clean
}

function line(snapshot: Snapshot, colours: Colours): string {
  const good = snapshot.isKnownGood ? colours.green('  known good') : snapshot.approvals.length > 0 ? '  approved' : ''
  return `${snapshot.snapshotId.slice(0, 8)}  ${snapshot.takenAt}  ${forTerminal(snapshot.author)}${good}${snapshot.note === '' ? '' : `  ${forTerminal(snapshot.note.replace(/\n/g, ' / '))}`}\n`
}

async function show(ports: Ports, id: string, args: Parsed, io: Io): Promise<ExitCode> {
  const snapshot = valueOf(await ports.history.find(id))
  const wanted = args.value('file')
  if (wanted !== null) {
    const files = valueOf(await ports.history.files(snapshot.snapshotId))
    const file = files.find((one) => one.path === wanted) ?? files.find((one) => ports.files.nameOf(one.path) === wanted)
    if (file === undefined) throw new InputError(`The snapshot has no file ${wanted}; it has: ${files.map((one) => one.path).join(', ')}.`)
    await deliver(ports.bytes.decode(file.bytes).text, args, io)
    return exitCodes.clean
  }
  if (isJson(args)) {
    await deliver(`${JSON.stringify({ schemaVersion, snapshot }, null, 2)}\n`, args, io)
    return exitCodes.clean
  }
  const out = [line(snapshot, coloursFor(args, io)), `id        ${snapshot.snapshotId}\n`, `source    ${forTerminal(snapshot.source)}\n`, `sha-256   ${snapshot.hash}\n`]
  for (const file of snapshot.files) out.push(`file      ${forTerminal(file.path)}, ${file.bytes} bytes\n`)
  for (const approval of snapshot.approvals) out.push(`approved  ${approval.at} by ${forTerminal(approval.by)}${approval.note === '' ? '' : `: ${forTerminal(approval.note)}`}\n`)
  await deliver(out.join(''), args, io)
  return exitCodes.clean
}

async function authorOf(ports: Ports, args: Parsed): Promise<string> {
  const named = args.value('author')
  if (named !== null) return named
  const settings = await ports.settings.load()
  return settings.ok ? settings.value.author : 'unknown'
}

async function addSnapshot(ports: Ports, argument: string, note: string, args: Parsed, io: Io): Promise<Snapshot> {
  const config = await readConfig(ports, argument, args, io)
  const store = createConfigStore()
  store.put(config)
  return valueOf(await historyHandlers(ports, store)['history.add']({ configId: config.configId, note, author: await authorOf(ports, args) }, context))
}

async function answer(snapshot: Snapshot, args: Parsed, io: Io): Promise<ExitCode> {
  await deliver(isJson(args) ? `${JSON.stringify({ schemaVersion, snapshot }, null, 2)}\n` : line(snapshot, coloursFor(args, io)), args, io)
  return exitCodes.clean
}

async function add(ports: Ports, argument: string, args: Parsed, io: Io): Promise<ExitCode> {
  return answer(await addSnapshot(ports, argument, args.value('note') ?? '', args, io), args, io)
}

/** A snapshot id, or a config, which is then kept first. */
async function approve(ports: Ports, name: string, args: Parsed, io: Io): Promise<ExitCode> {
  const known = await ports.history.find(name)
  if (!known.ok && known.failure.code !== 'unknown-snapshot') throw new InputError(sentence(known.failure))
  if (!known.ok && /^[0-9a-f]{8}(-|[0-9a-f-]*$)/.test(name) && !(await ports.files.kindOf(name)).ok) throw new InputError(sentence(known.failure))
  const snapshot = known.ok ? known.value : await addSnapshot(ports, name, '', args, io)
  return answer(valueOf(await ports.history.approve(snapshot.snapshotId, { at: ports.clock.now(), by: await authorOf(ports, args), note: args.value('note') ?? '' })), args, io)
}

async function restore(ports: Ports, name: string, args: Parsed, io: Io): Promise<ExitCode> {
  let snapshotId = name
  if (name.startsWith('known-good:')) {
    const source = name.slice('known-good:'.length)
    const good = valueOf(await ports.history.knownGood(source)) ?? valueOf(await ports.history.knownGood(ports.files.absolute(source)))
    if (good === null) throw new InputError(`No version of ${source} has been approved as known good yet.`)
    snapshotId = good.snapshotId
  }
  const handlers = historyHandlers(ports, createConfigStore())
  const params = { snapshotId, folder: args.value('to') }
  const plan = valueOf(args.has('dry-run') ? await handlers['history.planRestore'](params, context) : await handlers['history.restore'](params, context))
  await deliver(isJson(args) ? `${JSON.stringify({ schemaVersion, written: !args.has('dry-run'), plan }, null, 2)}\n` : renderPlan(plan, args.has('dry-run')), args, io)
  return plan.problems.length > 0 ? exitCodes.input : exitCodes.clean
}

function renderPlan(plan: RestorePlan, dry: boolean): string {
  const word = { create: dry ? 'would create' : 'created', replace: dry ? 'would replace' : 'replaced', unchanged: 'unchanged' }
  const out = plan.writes.map((write) => `${word[write.action]} ${forTerminal(write.path)}${write.action === 'unchanged' ? '' : ` (+${write.added} −${write.removed})`}\n`)
  for (const problem of plan.problems) out.push(`cannot: ${forTerminal(problem)}\n`)
  if (plan.writes.some((write) => write.action === 'replace')) out.push(`${dry ? 'what stands there would go to' : 'what stood there is in'} ${forTerminal(plan.backupFolder)}\n`)
  return out.join('')
}
