import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { compileRegex } from '#shared/requests/regex.ts'
import { balancersRequired, compileConfig, findHaproxy, freePorts, openWorkshop, ownAddress, releasePorts, startHaproxy, toWire } from './harness.ts'
import { seededRandom, type Random } from './random.ts'
import { exchange, startStubs } from './stubs.ts'

const server = findHaproxy()
const alphabet = ['a', 'b', 'A', '/', '-', '.', '1', '_']

/** A random pattern over a small alphabet, so that random subjects have a chance to match it. */
function randomPattern(random: Random, depth: number): string {
  const atom = (): string => {
    switch (random.int(depth > 0 ? 14 : 9)) {
      case 0: return '.'
      case 1: return random.pick(['\\w', '\\d', '\\s', '\\W', '\\D', '\\S'])
      case 2: return `[${random.chance(0.3) ? '^' : ''}${random.some(['a-b', 'A', '/', '.', '1', '_', '\\d', '\\w', '[:alpha:]', '\\-'], 1 + random.int(3)).join('')}${random.chance(0.2) ? '-' : ''}]`
      case 3: return random.pick(['\\.', '\\/', '\\x61', '\\x2d', '\\-', '\\_'])
      case 9: case 10: return `(${random.chance(0.3) ? '?:' : ''}${randomPattern(random, depth - 1)})`
      case 11: return `(?i:${randomPattern(random, depth - 1)})`
      case 12: return random.pick(['\\b', '^', '$', '\\B'])
      case 13: return `(${randomPattern(random, depth - 1)}|${randomPattern(random, depth - 1)})`
      default: return random.pick(alphabet).replace('.', '\\.')
    }
  }
  const parts: string[] = []
  for (let count = 1 + random.int(4); count > 0; count -= 1) {
    const text = atom()
    const quantified = !/^(\\b|\^|\$|\\B)$/.test(text) && random.chance(0.35)
    parts.push(text + (quantified ? random.pick(['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}', '{0,1}?']) : ''))
  }
  return (random.chance(0.2) ? '^' : '') + parts.join('') + (random.chance(0.2) ? '$' : '')
}

function randomSubject(random: Random): string {
  return `/${Array.from({ length: random.int(9) }, () => random.pick(alphabet)).join('')}`
}

test('random patterns match and capture as in the real server', { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false, timeout: 120_000 }, async context => {
  const random = seededRandom(11)
  const workshop = openWorkshop()
  const stubs = await startStubs(1)
  const [port = 0] = await freePorts(1)
  let refused = 0
  let compared = 0
  let undecided = 0
  const differences: string[] = []
  try {
    for (let round = 0; round < 12; round += 1) {
      const patterns: string[] = []
      while (patterns.length < 40) {
        const pattern = randomPattern(random, 2)
        if (compileRegex(pattern, { ignoreCase: false, dialect: 'pcre' }).ok) patterns.push(pattern)
        else refused += 1
      }
      const config = `defaults\n  mode http\n  timeout connect 2s\n  timeout client 5s\n  timeout server 5s\nfrontend f\n  bind ${ownAddress}:${port}\n${patterns.map((pattern, index) => [
        `  http-request set-header x-match-${index} yes if { path -m reg${index % 3 === 0 ? ' -i' : ''} -- '${pattern}' }`,
        `  http-request set-header x-take-${index} %[path]`,
        `  http-request replace-header x-take-${index} '${pattern}' <\\0|\\1|\\2>`,
      ].join('\n')).join('\n')}\n  default_backend b\nbackend b\n  server s 127.0.0.1:${stubs.ports[0] ?? 0}\n`
      const router = prepareRouter(compileConfig(config, new Map()).model)
      const real = await startHaproxy(workshop, config, [{ host: ownAddress, port }])
      try {
        for (let count = 0; count < 25; count += 1) {
          const request: RequestInput = { ...defaultRequest, listener: `${ownAddress}:${port}`, host: 'a.test', path: randomSubject(random) }
          const answer = router.route(request, { explain: false })
          const reply = await exchange({ port, host: ownAddress, localAddress: '127.0.0.1', bytes: toWire(request), timeoutMs: 3000 })
          assert.equal(reply.kind, 'stub', request.path)
          if (reply.kind !== 'stub') continue
          const simulated = new Map(answer.received.headers)
          const seen = new Map(reply.seen.headers)
          for (const [index, pattern] of patterns.entries()) {
            for (const name of [`x-match-${index}`, `x-take-${index}`]) {
              const value = simulated.get(name)
              if (value?.includes('%[') === true) {
                undecided += 1
                continue
              }
              compared += 1
              if (value !== seen.get(name)) differences.push(`${pattern} on ${request.path}: ${name} simulated ${value ?? '(none)'}, real ${seen.get(name) ?? '(none)'}`)
            }
          }
        }
      } finally {
        await real.stop()
      }
    }
  } finally {
    releasePorts([port])
    await stubs.close()
    workshop.dispose()
  }
  context.diagnostic(`patterns=480 refused=${refused} compared=${compared} undecided=${undecided} differences=${differences.length}`)
  assert.equal(differences.length, 0, differences.slice(0, 10).join('\n'))
  assert.ok(undecided < compared / 20)
})
