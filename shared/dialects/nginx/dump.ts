/** First line of a file inside the output of `nginx -T`. */
const marker = /^# configuration file (.+):\s*$/

/** Path of the file that a comment of a dump announces; null: the comment is an ordinary one. */
export function markerPath(comment: string): string | null {
  return marker.exec(comment)?.[1] ?? null
}

/**
 * End of the messages that `nginx -T 2>&1` prints above its dump ("nginx: the configuration file … syntax is ok"); 0: none.
 *
 * Such lines count only if a marker follows, so that a config that starts with a word like them stays what it is.
 */
export function preambleEnd(text: string): number {
  let at = 0
  while (text.startsWith('nginx: ', at) || /^\d{4}\/\d\d\/\d\d \d\d:/.test(text.slice(at, at + 14))) {
    const feed = text.indexOf('\n', at)
    if (feed === -1) return 0
    at = feed + 1
  }
  return text.startsWith('# configuration file ', at) ? at : 0
}
