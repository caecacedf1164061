import { stat } from 'node:fs/promises'
import path from 'node:path'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { ReplayAnswer, ReplayOutcome, ReplayRequest, ReplayRun } from '#shared/backend/balancer-port.ts'
import { defaultRequest } from '#shared/model/request.ts'
import { systemFailure } from './failures.ts'
import { openGuardedProcess, type GuardedProcess } from './guarded-process.ts'
import { isolationHere } from './isolation.ts'
import { exchange } from './replay-client.ts'
import { makeSelfSigned } from './self-signed.ts'
import { startStandIns, type StandIns } from './stand-ins.ts'

const requestLimitMs = 2000
const startPollMs = 5

/** Starts one balancer in a folder of its own, sends it the requests and removes everything again. */
export async function replay(run: ReplayRun, limitMs: number, cancelled: () => boolean): Promise<Result<ReplayAnswer>> {
  const deadline = performance.now() + limitMs
  if (process.platform === 'win32') return failed('unsupported', `${run.command} cannot be run on this system.`)
  const isolation = await isolationHere()
  if (isolation === null) return failed('not-permitted', 'This process has all rights (root) and may not give them up, so nothing is started.')
  let started: GuardedProcess | null = null
  let standIns: StandIns | null = null
  try {
    started = await openGuardedProcess(isolation, [run.command, ...run.startArguments], run.environment)
    const certificate = makeSelfSigned(new Date())
    for (const file of run.files) await started.writeFile(file.name, file.bytes)
    if (run.certificate !== null) await started.writeFile(run.certificate, Buffer.from(certificate.certificate + certificate.key))
    standIns = await startStandIns(started.folder, run.servers, certificate)
    started.start()
    const up = await waitUntilUp(started, run, deadline, cancelled)
    return up.ok ? await replayAll(started, standIns, run, isolation.isolated, deadline, cancelled) : up
  } catch (error) {
    return systemFailure(error, started?.folder ?? 'the folder of the run')
  } finally {
    await started?.dispose()
    await standIns?.dispose()
  }
}

/** Whatever comes back from the socket that is there for it shows that the program takes requests. */
async function waitUntilUp(started: GuardedProcess, run: ReplayRun, deadline: number, cancelled: () => boolean): Promise<Result<null>> {
  const hello: ReplayRequest = { socket: run.ready, proxyHeader: false, destinationIp: null, destinationPort: 0, speaksHttp: true, endsTls: false, request: defaultRequest }
  for (;;) {
    if (cancelled()) return failed('cancelled', 'The replay was cancelled.')
    if (started.hasEnded()) return failed('command-failed', `${run.command} did not start: ${reasonOf(started.words())}`)
    const left = deadline - performance.now()
    if (left <= 0) return failed('timeout', `${run.command} did not start in time.`)
    if (await exists(path.join(started.folder, run.ready))) {
      const reply = await exchange(started.folder, hello, left, cancelled)
      if (reply.kind === 'status') return ok(null)
    }
    await new Promise((resolve) => setTimeout(resolve, startPollMs))
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isSocket()
  } catch {
    // Not there yet.
    return false
  }
}

/** The first thing the program called an error; all it said when it used no such word. */
function reasonOf(words: string): string {
  const alarms = words.split('\n').filter((line) => /ALERT|emerg|rror/.test(line)).map((line) => line.replace(/^\[ALERT\]\s*\(\d+\)\s*:\s*/, '').trim())
  const text = alarms.length > 0 ? alarms.slice(0, 3).join('; ') : words.trim()
  return text === '' ? 'it gave no reason' : text.slice(0, 600)
}

/** One request after another, so that what a stand-in saw belongs to the request that was just sent. */
async function replayAll(started: GuardedProcess, standIns: StandIns, run: ReplayRun, isolated: boolean, deadline: number, cancelled: () => boolean): Promise<Result<ReplayAnswer>> {
  const outcomes: (ReplayOutcome | null)[] = []
  for (const request of run.requests) {
    if (cancelled()) return failed('cancelled', 'The replay was cancelled.')
    const left = deadline - performance.now()
    outcomes.push(left <= 0 ? null : await replayOne(started.folder, standIns, request, Math.min(left, requestLimitMs), cancelled))
    if (started.hasEnded()) return failed('command-failed', `${run.command} ended while requests were replayed: ${reasonOf(started.words())}`)
  }
  return cancelled() ? failed('cancelled', 'The replay was cancelled.') : ok({ outcomes, isolated })
}

async function replayOne(folder: string, standIns: StandIns, request: ReplayRequest, limitMs: number, cancelled: () => boolean): Promise<ReplayOutcome> {
  standIns.expect(request.request.scheme === 'https' && !request.endsTls)
  const reply = await exchange(folder, request, limitMs, cancelled)
  const seen = standIns.seen()
  return seen === null ? reply : { kind: 'server', socket: seen.socket, method: seen.method, target: seen.target }
}
