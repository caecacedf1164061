import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { experiments, type Experiment } from './experiments.ts'
import { balancersRequired, compileConfig, findHaproxy, freePorts, openWorkshop, releasePorts, startHaproxy, toWire } from './harness.ts'
import { exchange, startStubs, type Stubs } from './stubs.ts'

const server = findHaproxy()
const skip = !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false

interface Asked {
  readonly input: RequestInput
  readonly port: number
  readonly destination: string
  readonly times: number
}

/** Reads the notation of the table. */
function readRequest(text: string, ports: ReadonlyMap<string, number>): Asked {
  const headers: [string, string][] = []
  let rest = text.replace(/\{([^:}]+):\s?([^}]*)\}/g, (_, name: string, value: string) => {
    headers.push([name, value])
    return ''
  })
  const take = (pattern: RegExp): string | null => {
    const match = pattern.exec(rest)
    if (match === null) return null
    rest = rest.replace(match[0], ' ')
    return match[1] ?? ''
  }
  const start = /^([A-Z]+) (\S+)/.exec(rest)
  assert.ok(start !== null, text)
  rest = rest.slice(start[0].length)
  const times = Number(take(/ x(\d+)\s*$/) ?? 1)
  const noHost = take(/ (\(no Host\))/) !== null
  const old = take(/ (HTTP\/1\.0)/) !== null
  const source = take(/ src=(\S+)/) ?? '127.0.0.1'
  const destination = take(/ dst=(\S+)/) ?? '127.0.0.1'
  const host = / Host:(.*)$/.exec(rest)?.[1]?.trim()
  const portName = host === undefined ? (take(/ :(\d+)/) ?? '21100') : '21100'
  const port = ports.get(portName)
  assert.ok(port !== undefined, `${text}: port ${portName}`)
  return {
    port, destination, times,
    input: {
      ...defaultRequest, method: start[1] ?? 'GET', path: start[2] ?? '/', host: noHost ? null : (host ?? 'a.test'), headers, httpVersion: old ? '1.0' : '1.1', sourceIp: source,
      listener: `${destination}:${port}`, destinationIp: destination,
    },
  }
}

function complete(experiment: Experiment): string {
  const own = experiment.config.flatMap(line => (line === 'F' ? ['frontend f', '  bind 127.0.0.1:21100'] : [line]))
  const text = own.join('\n')
  const missing = [...new Set([...text.matchAll(/\bb(\d+)\b/g), ...Object.values(experiment.files).flatMap(file => [...file.matchAll(/\bb(\d+)\b/g)]), ...experiment.rows.flatMap(([request]) => [...request.matchAll(/\bb(\d+)\b/g)])].map(match => Number(match[1])))]
    .filter(number => number >= 1 && number <= 12 && !new RegExp(`^(backend|listen) b${number}\\s*$`, 'm').test(text))
  const hasDefaults = /^defaults/m.test(text)
  const start = hasDefaults ? '' : 'defaults\n  mode http\n  timeout connect 500ms\n  timeout client 3s\n  timeout server 3s\n  timeout tarpit 200ms\n  retries 1\n'
  const switches = /normalize-uri/.test(text) ? 'global\n  expose-experimental-directives\n' : ''
  // Backends that the table does not write stand on their own, whatever the defaults above say.
  const plain = hasDefaults ? 'defaults plain\n  mode http\n  timeout connect 500ms\n  timeout client 3s\n  timeout server 3s\n' : ''
  const from = hasDefaults ? ' from plain' : ''
  return `${switches}${start}${plain}${text}\n${missing.map(number => `backend b${number}${from}\n  server b${number} 127.0.0.1:${21_000 + number}\n`).join('')}`
}

let stubs: Stubs
before(async () => { stubs = await startStubs(12) })
after(async () => { await stubs.close() })

for (const experiment of experiments) {
  test(`experiment ${experiment.id}: simulator and real server do what was measured`, { skip, timeout: 30_000 }, async () => {
    const workshop = openWorkshop()
    const names = ['21090', '21100', '21101', '21102']
    const free = await freePorts(names.length)
    const ports = new Map<string, number>(names.map((name, index) => [name, free[index] ?? 0]))
    for (let number = 1; number <= 12; number += 1) ports.set(String(21_000 + number), stubs.ports[number - 1] ?? 0)
    const replacePorts = (text: string): string => text.replace(/\b21\d{3}\b/g, name => String(ports.get(name) ?? name))
    const serverOf = (port: number): string => `b${stubs.ports.indexOf(port) + 1}`
    try {
      const sideFiles = new Map(Object.entries(experiment.files).map(([name, text]) => [path.join(workshop.folder, name), replacePorts(text)]))
      for (const [file, text] of sideFiles) writeFileSync(file, text)
      let config = replacePorts(complete(experiment))
      for (const name of Object.keys(experiment.files)) config = config.replaceAll(new RegExp(`(?<![\\w/])${name.replace('.', '\\.')}`, 'g'), path.join(workshop.folder, name))
      const { model } = compileConfig(config, sideFiles, experiment.environment)
      const bound = experiment.config.flatMap(line => (line === 'F' ? ['127.0.0.1:21100'] : [...line.matchAll(/^\s*bind (?:127\.0\.0\.1|\$\{A\})?:(211\d\d)(?! accept)/g)].map(match => `127.0.0.1:${match[1] ?? ''}`)))
      const listening = (experiment.config.includes('  disabled') ? bound.filter(() => experiment.config.includes('F')).slice(0, 1) : bound).map(text => ({ host: '127.0.0.1', port: ports.get(text.slice(-5)) ?? 0 }))
      const real = await startHaproxy(workshop, config, listening, experiment.environment).catch((error: unknown) => {
        // A frontend that is switched off opens no port.
        if (experiment.rows.every(([, result]) => result === 'closed')) return null
        throw error
      })
      try {
        for (const [request, result] of experiment.rows) {
          const asked = readRequest(request, ports)
          const answer = routeRequest(model, asked.input)
          const expected = result.replace(/ (path|host|method)=\S+/g, '').replace(/ x\d+$/, '')
          const counts = new Map([...result.matchAll(/(b\d+) x(\d+)/g)].map(match => [match[1] ?? '', Number(match[2])]))
          const wantedPath = / path=(\S+)/.exec(result)?.[1]
          const wantedHost = / host=(\S+)/.exec(result)?.[1]
          const about = `${experiment.id} ${request}: ${JSON.stringify(answer.outcome)}`
          assert.equal(answer.certain, true, `${about} ${JSON.stringify(answer.depends)}`)
          const outcome = answer.outcome
          switch (outcome.action) {
            case 'forward': {
              const simulated = outcome.servers.map(one => ({ name: serverOf(Number(/:(\d+)$/.exec(one.address)?.[1])), share: one.share }))
              if (counts.size > 0 && asked.times > 1) {
                const shares = new Map<string, number>()
                for (const one of simulated) shares.set(one.name, (shares.get(one.name) ?? 0) + one.share)
                for (const [name, count] of counts) assert.ok(Math.abs((shares.get(name) ?? 0) - count / asked.times) < 0.01, `${about}, expected ${result}`)
              } else assert.ok(simulated.some(one => one.name === expected && one.share > 0), `${about}, expected ${result}`)
              if (wantedPath !== undefined) assert.equal(outcome.path, wantedPath, about)
              if (wantedHost !== undefined) assert.equal(answer.received.host, wantedHost, about)
              break
            }
            case 'redirect': assert.equal(`${outcome.status} -> ${outcome.location}`, expected, about); break
            case 'respond': case 'deny': assert.equal(String(outcome.status), expected, about); break
            case 'close': assert.equal('closed', expected, about); break
            default: assert.fail(about)
          }
          if (real === null) continue
          if (asked.times > 1) {
            const measured = new Map<string, number>()
            for (let time = 0; time < asked.times; time += 1) {
              const reply = await exchange({ port: asked.port, host: asked.destination, localAddress: asked.input.sourceIp, bytes: toWire(asked.input), timeoutMs: 3000 })
              const name = reply.kind === 'stub' ? serverOf(reply.seen.port) : 'other'
              measured.set(name, (measured.get(name) ?? 0) + 1)
            }
            // Where the turn starts depends on what was asked before, so a count may be off by one.
            for (const [name, count] of counts) assert.ok(Math.abs((measured.get(name) ?? 0) - count) <= 1, `${about}, real ${JSON.stringify([...measured])}`)
            continue
          }
          const reply = await exchange({ port: asked.port, host: asked.destination, localAddress: asked.input.sourceIp, bytes: toWire(asked.input), timeoutMs: expected === 'closed' ? 700 : 3000 })
          const measured = reply.kind === 'stub' ? serverOf(reply.seen.port) : reply.kind === 'status' ? `${reply.status}${reply.location === null ? '' : ` -> ${reply.location}`}` : 'closed'
          if (outcome.action === 'forward' && outcome.servers.length > 1) assert.ok(outcome.servers.some(one => serverOf(Number(/:(\d+)$/.exec(one.address)?.[1])) === measured), `${about}, real ${measured}`)
          else assert.equal(measured, expected, `${experiment.id} ${request} on the real server`)
          if (reply.kind === 'stub' && outcome.action === 'forward') assert.equal(reply.seen.target, outcome.path, about)
        }
      } finally {
        await real?.stop()
      }
    } finally {
      releasePorts(free)
      workshop.dispose()
    }
  })
}
