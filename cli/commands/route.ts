import { prepareRouter, presentRoute, type RouteAnswer } from '#shared/analyses/route/index.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { expectPositionals, readingOptions, choiceOf, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, UsageError, type ExitCode, type Io } from '#cli/io.ts'
import { coloursFor, forTerminal } from '#cli/output/colour.ts'
import { toJsonRoute, toPlaces, type Places } from '#cli/output/json-shapes.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'
import { requestFromLine, requestFromUrl } from '#cli/request-input.ts'

export const command: Command = {
  usage: "route CONFIG URL [-X METHOD] [-H 'name: value']… [--from IP] [--sni NAME] [--listener ADDR] [--explain]\n       steelyard route CONFIG --requests FILE|-",
  summary: 'Says where one request goes and why. With --requests: one JSON request a line in, one JSON answer a line out.',
  options: [
    ...readingOptions,
    { name: 'request', short: 'X', value: 'METHOD', help: 'method of the request (default GET)' },
    { name: 'header', short: 'H', value: 'LINE', repeat: true, help: 'a header, "name: value"; may stand more than once' },
    { name: 'from', value: 'IP', help: 'address of the client (default 127.0.0.1)' },
    { name: 'sni', value: 'NAME', help: 'server name of the TLS handshake (default: the host of an https URL)' },
    { name: 'listener', value: 'ADDR', help: 'address or name of the listener, e.g. 127.0.0.1:8080' },
    { name: 'http-version', value: 'V', help: '1.0, 1.1 or 2 (default 1.1)' },
    { name: 'explain', value: null, help: 'every rule that was looked at, with the reason' },
    { name: 'requests', value: 'FILE', help: 'requests as JSON, one a line; - for standard input' },
  ],
  async run(args, io) {
    const requests = args.value('requests')
    const explain = args.has('explain')
    const format = choiceOf(args, 'format', ['text', 'json'], requests === null ? 'text' : 'json')
    const [argument, url] = expectPositionals(args, requests === null ? 2 : 1, requests === null ? 2 : 1, requests === null ? 'CONFIG and URL' : 'one CONFIG, with the requests in a file')
    if (requests === '-' && argument === '-') throw new UsageError('The config and the requests cannot both come from standard input.')
    if (requests !== null && format === 'text') throw new UsageError('--requests answers in JSON only.')
    const single = requests === null ? toRequest(url as string, args) : null
    const config = await readConfig(cliPorts(io, args.has('quiet')), argument as string, args, io)
    const router = prepareRouter(config.model)
    const places = toPlaces(config.files.map((file) => file.source))
    if (single === null) return routeLines(io, args, requests as string, (request) => toJsonRoute(router.route(request, { explain }), places, explain))
    const answer = router.route(single, { explain: explain || format === 'text' })
    await deliver(format === 'json' ? `${JSON.stringify(toJsonRoute(answer, places, explain))}\n` : renderAnswer(answer, places, explain, args, io), args, io)
    return exitCodes.clean
  },
}

function toRequest(url: string, args: Parsed): RequestInput {
  const version = choiceOf(args, 'http-version', ['1.0', '1.1', '2'], '1.1')
  return requestFromUrl(url, {
    method: args.value('request') ?? 'GET', headers: args.values('header'), sourceIp: args.value('from') ?? defaultRequest.sourceIp,
    sni: args.value('sni'), listener: args.value('listener'), httpVersion: version,
  })
}

/** A line that is no request gets an answer with `error`, so that input and output stay side by side, and exit code 3. */
async function routeLines(io: Io, args: Parsed, file: string, route: (request: RequestInput) => object): Promise<ExitCode> {
  const collected: string[] | null = args.value('output') === null ? null : []
  let number = 0
  let bad = 0
  for await (const line of io.inputLines(file === '-' ? null : file)) {
    number += 1
    if (line.trim() === '') continue
    const request = requestFromLine(line)
    if (typeof request === 'string') bad += 1
    const answer = typeof request === 'string' ? { error: `Line ${number}: ${request}` } : route(request)
    const text = `${JSON.stringify(answer)}\n`
    if (collected !== null) collected.push(text)
    else {
      io.out(text)
      await io.drained()
    }
  }
  if (collected !== null) await deliver(collected.join(''), args, io)
  if (bad > 0) io.err(`steelyard: ${bad} of ${number} lines are no requests.\n`)
  return bad > 0 ? exitCodes.input : exitCodes.clean
}

function renderAnswer(answer: RouteAnswer, places: Places, explain: boolean, args: Parsed, io: Io): string {
  const colours = coloursFor(args, io)
  const shown = presentRoute(answer)
  const out = [colours.bold(forTerminal(shown.headline.text))]
  for (const detail of shown.headline.details) out.push(`  ${forTerminal(detail)}`)
  if (answer.rule !== null) {
    const rule = places.ruleOf(answer.rule)
    out.push(`  decided by ${forTerminal(rule.file)}:${rule.line}: ${forTerminal(rule.text)}`)
  } else out.push('  no rule matched; this is what the product answers by itself')
  for (const doubt of shown.doubts) out.push(colours.yellow(`  ? ${forTerminal(doubt.text)}`))
  if (explain) {
    out.push('', colours.bold('Rules in the order they were looked at:'))
    for (const step of answer.steps) {
      const rule = places.ruleOf(step.at)
      const mark = step.decides ? colours.green('→') : step.matched === null ? colours.yellow('?') : step.matched ? '✓' : colours.dim('·')
      out.push(`  ${mark} ${forTerminal(rule.file)}:${rule.line}: ${forTerminal(rule.text)}`, `      ${colours.dim(forTerminal(step.reason))}`)
      if (step.became !== null) out.push(`      ${forTerminal(step.became)}`)
    }
  }
  return `${out.join('\n')}\n`
}
