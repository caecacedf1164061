import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { Random } from '#test/oracle/haproxy/random.ts'

/** A text that a value or pattern of these configs takes, or nearly. */
function textLike(random: Random, value: string): string {
  const plain = value.replace(/^\./, 'www.').replace('[a-z0-9-]+', 'any').replace('[0-9]+(/|$)', '7/').replaceAll('.+', 'x').replaceAll('.*', random.pick(['', 'y'])).replace(/\(([a-z0-9]+)\|.*\)/, '$1').replaceAll(/[\^$\\]/g, '')
  const spelled = random.chance(0.2) ? plain.toUpperCase() : plain
  return random.chance(0.2) ? `${spelled}${random.pick(['/', 'x', '/tail.png', '7'])}` : spelled
}

/** A request that one rule takes, or nearly; a rule in front may. */
export function requestNear(random: Random, lines: readonly string[]): RequestInput {
  const line = random.pick(lines)
  const host = /\{ hdr\w*\(host\) -i (\S+)/.exec(line)?.[1] ?? 'other.example'
  const path = /(?:^|[^!])\{ path\w* (\S+)/.exec(line)?.[1] ?? '/'
  const headers = [...line.matchAll(/\{ hdr\((x-[a-z0-9-]+)\) (\S+)/g)].map((match): readonly [string, string] => [match[1] as string, match[2] as string])
  const target = textLike(random, path)
  return { ...defaultRequest, host: textLike(random, host), path: target.startsWith('/') ? target : `/${target}`, headers: random.chance(0.1) ? [] : headers, method: random.pick(['GET', 'POST']) }
}
