import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { contains } from '#shared/requests/languages/language.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { balancersRequired, findHaproxy, freePorts, openWorkshop, ownAddress, releasePorts, startHaproxy } from './harness.ts'
import { seededRandom, type Random } from './random.ts'

const server = findHaproxy()

const atoms = ['a', 'b', 'A', '\\n', '\\x61', '\\012', '\\141', '\\cJ', '\\o{142}', '1', '_', '-', '/', '\\.', ']', '\\xe4', '\\xC4', ' ', '#', '&', '\\e', '{', '}', 'a{', '{,}']
const classes = ['.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\h', '\\H', '\\v', '\\V', '\\N']
const assertions = ['^', '$', '$', '\\b', '\\B', '\\A', '\\z', '\\Z']
const counts = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}', '{0,1}?', '{0}', '{01}']
const options = ['i', 'm', 's', 'x', 'xx', 'n', 'U', 'im', '-i', 'i-s', 'ms-ix', '^', '^i']
const members = [
  'a', 'b', 'A', '-', '^', '[', '\\]', '\\d', '\\w', '\\W', '\\S', '[:alpha:]', '[:^alpha:]', '[:lower:]', '[:^upper:]', '[:space:]', '[:punct:]', '[:xdigit:]', '[:word:]', 'a-c', 'A-Z', '\\x61-c', '+--', '\\b', '\\n', '\\1', '\\12', '\\8', '\\h', '\\V',
  '\\Qb]\\E', '\\E', '\\Qa-c\\E', '\\x80-\\xff', ' ', '#', '&&', '[a', '[:', '\\-', '.', '/', '$', '_', '0-9', '\\t',
]

function randomBrackets(random: Random): string {
  const content = Array.from({ length: 1 + random.int(3) }, () => random.pick(members)).join('')
  return `[${random.chance(0.1) ? '\\Q\\E' : ''}${random.chance(0.3) ? '^' : ''}${random.chance(0.1) ? ']' : ''}${content}${random.chance(0.1) ? '-' : ''}]`
}

function randomPattern(random: Random, depth: number): string {
  let pattern = random.chance(0.1) ? `(?${random.pick(options)})` : ''
  for (let count = random.int(4) + depth; count > 0; count -= 1) {
    const kind = random.int(depth > 0 ? 24 : 16)
    if (kind < 6) pattern += random.chance(0.6) ? random.pick(['a', 'b', 'A', '\\n']) : random.pick(atoms)
    else if (kind < 9) pattern += random.pick(classes)
    else if (kind < 12) pattern += randomBrackets(random)
    else if (kind < 15) pattern += random.pick(assertions)
    else if (kind < 16) pattern += random.pick(['\\Qa.b\\E', '\\Q\\E', '\\Q*\\E', '(?#c)', '\\E', '|', '()'])
    else if (kind < 19) pattern += `(${randomPattern(random, depth - 1)})`
    else if (kind < 21) pattern += `(?:${randomPattern(random, depth - 1)}|${randomPattern(random, depth - 1)})`
    else if (kind < 23) pattern += `(?${random.pick(options)}:${randomPattern(random, depth - 1)})`
    else pattern += `(?<n${random.int(1000)}>${randomPattern(random, depth - 1)})`
    if (random.chance(0.3)) pattern += random.pick(counts)
  }
  return pattern
}

function randomSubject(random: Random): string {
  const alphabet = random.chance(0.6) ? 'ab\nA' : 'abA1_-/. \n#\xe4\xc4\t\x85\r{,'
  return Array.from({ length: random.int(7) }, () => random.pick([...alphabet])).join('')
}

/** Indexes of the patterns that the server finds in `subject`. */
function ask(agent: http.Agent, port: number, subject: string): Promise<ReadonlySet<string>> {
  const encoded = Array.from(subject, character => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
  return new Promise((resolve, reject) => {
    http.get({ host: ownAddress, port, agent, headers: { 'x-subject': encoded } }, response => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => { text += chunk })
      response.on('end', () => { resolve(new Set(text.split(','))) })
    }).on('error', reject)
  })
}

test('ten thousand random patterns describe the texts that the real server matches', { skip: !server.found && !balancersRequired ? `NOT RUN: ${server.reason}` : false, timeout: 300_000 }, async context => {
  const random = seededRandom(23)
  const workshop = openWorkshop()
  const [port = 0] = await freePorts(1)
  const agent = new http.Agent({ keepAlive: true })
  const differences: string[] = []
  const tally = { patterns: 0, refused: 0, compared: 0, matches: 0 }
  try {
    for (let round = 0; round < 20; round += 1) {
      const patterns: { readonly text: string; readonly ignoreCase: boolean }[] = []
      while (patterns.length < 520) {
        const text = randomPattern(random, 2)
        const ignoreCase = random.chance(0.3)
        if (text === '' || text.length > 400) continue
        if (regexLanguage(text, { ignoreCase, dialect: 'pcre', match: 'search' }).ok) patterns.push({ text, ignoreCase })
        else tally.refused += 1
      }
      tally.patterns += patterns.length
      const rules = patterns.map(({ text, ignoreCase }, index) => `  http-request set-var-fmt(txn.found) "%[var(txn.found)],${index}" if { req.hdr(x-subject),url_dec -m reg${ignoreCase ? ' -i' : ''} -- '${text}' }`)
      const config = `defaults\n  mode http\n  timeout connect 2s\n  timeout client 20s\n  timeout server 5s\nfrontend f\n  bind ${ownAddress}:${port}\n${rules.join('\n')}\n  http-request return status 200 content-type text/plain lf-string "%[var(txn.found)]"\n`
      const real = await startHaproxy(workshop, config, [{ host: ownAddress, port }])
      try {
        for (let count = 0; count < 12; count += 1) {
          const subject = `a${randomSubject(random)}`.slice(count % 2)
          if (subject === '') continue
          const found = await ask(agent, port, subject)
          for (const [index, { text, ignoreCase }] of patterns.entries()) {
            const made = regexLanguage(text, { ignoreCase, dialect: 'pcre', match: 'search' })
            const expected = made.ok && contains(made.language, subject)
            tally.compared += 1
            if (expected) tally.matches += 1
            if (expected !== found.has(String(index))) differences.push(`${text}${ignoreCase ? ' ignoring case' : ''} on ${JSON.stringify(subject)}: real ${found.has(String(index))}`)
          }
        }
      } finally {
        agent.destroy()
        await real.stop()
      }
    }
  } finally {
    releasePorts([port])
    workshop.dispose()
  }
  context.diagnostic(`${tally.patterns} patterns, ${tally.refused} refused before; ${tally.compared} compared, ${tally.matches} matches, ${differences.length} differences`)
  assert.deepEqual(differences.slice(0, 10), [])
  assert.ok(tally.patterns >= 10_000 && tally.matches > tally.compared / 10)
})
