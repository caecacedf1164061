import { maskSecrets } from '#shared/backend/secrets.ts'
import { toPair } from '#shared/backend/pairs.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { choiceOf, expectPositionals, readingOptions } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes } from '#cli/io.ts'
import { forTerminal } from '#cli/output/colour.ts'
import { maskedJson } from '#cli/output/json-shapes.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

export const command: Command = {
  usage: 'inspect CONFIG [--format text|json|mermaid|dot]',
  summary: 'Shows the routing model: listeners, rules in decision order, pools, servers, expected shares, what is not modelled.',
  options: readingOptions,
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, 'one CONFIG') as [string]
    const format = choiceOf(args, 'format', ['text', 'json', 'mermaid', 'dot'], 'text')
    const config = await readConfig(cliPorts(io, args.has('quiet')), argument, args, io)
    const { renderInspection, toInspection } = await import('#shared/view/inspect.ts')
    const sources = toLineLookup(config.files.map((file) => file.source))
    const { text, json, mermaid, dot } = {
      text: () => forTerminal(maskSecrets(renderInspection(config.model, sources))),
      json: () => `${maskedJson(toInspection(config.model, sources))}\n`,
      mermaid: async () => maskSecrets((await import('#shared/view/mermaid.ts')).renderMermaid(toPair(null, config).view())),
      dot: async () => maskSecrets((await import('#shared/view/dot.ts')).renderDot(toPair(null, config).view())),
    }
    await deliver(await { text, json, mermaid, dot }[format](), args, io)
    return exitCodes.clean
  },
}
