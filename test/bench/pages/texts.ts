/** A large HAProxy config and the same with `edits` changes: 70 % changed lines, 15 % inserted, 15 % deleted. Deterministic. */
export function configPair(lineCount: number, edits: number): { readonly before: string; readonly after: string } {
  const lines: string[] = ['global', '    maxconn 20000', 'defaults', '    mode http']
  for (let pool = 0; lines.length < lineCount; pool += 1) {
    lines.push('', `backend b${pool}`, '    balance roundrobin', '    option httpchk GET /health')
    for (let server = 0; server < 5; server += 1) {
      lines.push(`    server s${server} 10.${(pool >> 8) & 255}.${pool & 255}.${server + 1}:8080 weight 100 check`)
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
    if (kind < 0.7) after.push(`${line} # edit ${at}`)
    else if (kind < 0.85) after.push(`    # inserted ${at}`, line)
  })
  return { before: lines.join('\n') + '\n', after: after.join('\n') + '\n' }
}
