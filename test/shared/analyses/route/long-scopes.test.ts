import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { generateRules } from '#test/bench/generate-rules.ts'
import { adversarial } from '#test/bench/generate-adversarial.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom, type Random } from '#test/oracle/haproxy/random.ts'

/** A text that a value or pattern of these configs takes, or nearly. */
function textLike(random: Random, value: string): string {
  const plain = value.replace(/^\./, 'www.').replace('[a-z0-9-]+', 'any').replace('[0-9]+(/|$)', '7/').replaceAll('.+', 'x').replaceAll('.*', random.pick(['', 'y'])).replace(/\(([a-z0-9]+)\|.*\)/, '$1').replaceAll(/[\^$\\]/g, '')
  const spelled = random.chance(0.2) ? plain.toUpperCase() : plain
  return random.chance(0.2) ? `${spelled}${random.pick(['/', 'x', '/tail.png', '7'])}` : spelled
}

/** A request that one rule takes, or nearly; a rule in front may. */
function requestNear(random: Random, lines: readonly string[]): RequestInput {
  const line = random.pick(lines)
  const host = /\{ hdr\w*\(host\) -i (\S+)/.exec(line)?.[1] ?? 'other.example'
  const path = /(?:^|[^!])\{ path\w* (\S+)/.exec(line)?.[1] ?? '/'
  const headers = [...line.matchAll(/\{ hdr\((x-[a-z0-9-]+)\) (\S+)/g)].map((match): readonly [string, string] => [match[1] as string, match[2] as string])
  const target = textLike(random, path)
  return { ...defaultRequest, host: textLike(random, host), path: target.startsWith('/') ? target : `/${target}`, headers: random.chance(0.1) ? [] : headers, method: random.pick(['GET', 'POST']) }
}

const rulesOf = (name: string): string => {
  const found = adversarial.find((one) => one.name === name)
  assert.ok(found !== undefined)
  return found.make(0.5).before
}

const configs: readonly (readonly [name: string, text: string])[] = [
  ['hosts and paths', generateRules(300, 'none').before],
  ['hosts and paths, more of them', generateRules(900, 'none', 9).before],
  ['patterns, each with a header of its own', rulesOf('regexes and flags, reversed')],
  ['patterns only', rulesOf('regexes, reversed')],
]

/** Patterns tied to the end, on a path that may end in a line end once it is decoded. */
test('a pattern tied to the end meets a value that ends in a line end, in a long list of rules', () => {
  const rules = Array.from({ length: 90 }, (_, index) => `  use_backend b${index % 3} if { path,url_dec -m reg ${['^/a[0-9]+-', '/b.*', 'c'][index % 3]}x${index}\\.png$ }`)
  const text = ['frontend web', '  mode http', '  bind :80', ...rules, '  default_backend b0', ...[0, 1, 2].flatMap((pool) => [`backend b${pool}`, '  mode http', `  server s 127.0.0.1:80${pool}0`])].join('\n')
  const { model } = compileConfig(text, new Map(), {})
  const decided = new Set<number>()
  for (let count = 0; count < 360; count += 1) {
    const index = count % 90
    const path = `${['/a7-', '/bzz', '/c'][index % 3]}x${index}.${count < 270 ? 'png' : 'PNG'}${count % 4 === 0 ? '%0A' : count % 4 === 1 ? '%0Az' : ''}`
    const quick = routeRequest(model, { ...defaultRequest, path }, { explain: false })
    const whole = routeRequest(model, { ...defaultRequest, path }, { explain: true })
    assert.deepEqual([quick.outcome, quick.rule], [whole.outcome, whole.rule], path)
    // The line end leaves open whether the pattern matches; the default pool is b0.
    assert.equal(quick.certain, !(count % 4 === 0 && index % 3 !== 0), path)
    decided.add(quick.rule?.start ?? -1)
  }
  assert.ok(decided.size > 40, `only ${decided.size} rules decided`)
})

for (const [name, text] of configs) {
  test(`a long list of rules decides the same whether every rule is looked at or some are passed over: ${name}`, () => {
    const { model } = compileConfig(text, new Map(), {})
    const random = seededRandom(11)
    const lines = text.split('\n').filter((line) => line.includes('use_backend'))
    const rules = new Set<number>()
    // The first walks look at every step, later ones take an index.
    for (let count = 0; count < 400; count += 1) {
      const request = requestNear(random, lines)
      const quick = routeRequest(model, request, { explain: false })
      const whole = routeRequest(model, request, { explain: true })
      assert.deepEqual([quick.outcome, quick.rule, quick.certain, quick.received], [whole.outcome, whole.rule, whole.certain, whole.received], JSON.stringify(request))
      rules.add(quick.rule?.start ?? -1)
    }
    assert.ok(rules.size > 40, `only ${rules.size} rules decided`)
  })
}
