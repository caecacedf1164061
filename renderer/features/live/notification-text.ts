import type { LiveAlert } from '#shared/view/live-sample.ts'
import { splitSentence } from './live-words.ts'

export interface NotificationText {
  readonly title: string
  readonly body: string
}

/** An alert as the system tells it: pool and server first, then what is wrong, then the line of the config that it comes from. */
export function toNotification({ pool, server, servers, sentence, lines }: Pick<LiveAlert, 'pool' | 'server' | 'servers' | 'sentence' | 'lines'>, source: string): NotificationText {
  const named = server === null ? servers : [server]
  const shown = named.slice(0, 3).join(', ')
  const about = [
    ...(pool === null ? [] : [`pool ${pool}`]),
    ...(named.length === 0 ? [] : [`${named.length === 1 ? 'server' : 'servers'} ${shown}${named.length > 3 ? ` and ${named.length - 3} more` : ''}`]),
  ]
  const [line] = lines
  const where = line === undefined ? [] : [`${line.side === 'known-good' ? 'Known good line' : 'Line'} ${line.line}: ${line.text.trim()}`]
  return { title: [...(about.length === 0 ? [] : [`▲ ${about.join(', ')}`]), source].join(' · '), body: [splitSentence(sentence)[0], ...where].join('\n') }
}
