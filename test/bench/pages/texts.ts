/** A large HAProxy config and the same with `edits` changes: 70 % changed lines, 15 % inserted, 15 % deleted. Deterministic. */
export function configPair(lineCount: number, edits: number): { readonly before: string; readonly after: string } {
  const lines: string[] = ['global', '    maxconn 20000', 'defaults', '    mode http']
  for (let pool = 0; lines.length < lineCount; pool += 1) {
    lines.push('', `backend pool-${pool}`, '    balance roundrobin', '    option httpchk GET /health')
    for (let server = 0; server < 6; server += 1) {
      lines.push(`    server node-${pool}-${server} 10.${(pool >> 8) & 255}.${pool & 255}.${server + 1}:8080 weight ${50 + ((pool * 7 + server * 13) % 100)} maxconn 400 check`)
    }
  }
  const after: string[] = []
  let state = 11
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
  const share = edits / lines.length
  lines.forEach((line, at) => {
    // One change stands near the top, so that the first screen shows a difference.
    if (edits === 0 || (random() >= share && at !== 9)) {
      after.push(line)
      return
    }
    const kind = at === 9 ? 0 : random()
    if (kind < 0.7) after.push(line.includes('weight') ? line.replace(/weight \d+/, `weight ${Math.floor(random() * 256)}`) : `${line} # edited ${at}`)
    else if (kind < 0.85) after.push(line, `    server extra-${at} 198.51.100.${at % 250}:8080 weight ${at % 256} check`)
  })
  return { before: lines.join('\n') + '\n', after: after.join('\n') + '\n' }
}
