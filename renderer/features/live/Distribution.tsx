import { ToneGlyph } from '#renderer/ui/primitives.tsx'
import { workRate, type LivePool, type LiveServer } from '#shared/view/live-sample.ts'
import { bytesWords, judgedShares, milliseconds, rangeWords, rateWords, serverState, shareWords, splitSentence, workTitle } from './live-words.ts'

const verdictWords: Readonly<Record<LivePool['shares']['verdict'], string>> = {
  'as-expected': 'as expected', 'shifted': 'not as expected', 'once': 'not as expected in one poll', 'drift': 'by the running weights, not those of the config', 'few': 'too few to tell',
  'learning': 'still learning what is usual', 'not-tested': 'not tested', 'down': 'down',
}

const isOff = (server: LiveServer): boolean => {
  const range = server.knownGood ?? server.expected
  return server.share !== null && range !== null && (server.share > range.high * 1.25 + 0.005 || server.share < range.low / 1.25 - 0.005)
}

/** Servers of one pool with observed and expected share. `compact`: for the narrow panel. */
export function Distribution({ pool, compact = false }: { readonly pool: LivePool; readonly compact?: boolean }) {
  const hasGood = pool.servers.some((server) => server.knownGood !== null && (server.expected === null || Math.abs(server.knownGood.high - server.expected.high) > 0.001))
  const shares = judgedShares(pool)
  const judged = shares.severity !== 'none'
  return (
    <div className="live-shares">
      <p className={judged ? `tone-${shares.severity}` : 'muted'}>
        {judged && <ToneGlyph tone={shares.severity === 'critical' ? 'critical' : 'warning'} />}
        {compact ? splitSentence(shares.sentence)[0] : judged ? shares.sentence : `${shares.sentence} (${verdictWords[shares.verdict]})`}
      </p>
      <div className="table-box">
        <table className="data-table" aria-label={`Servers of pool ${pool.name}`}>
          <thead>
            <tr>
              <th>server</th><th>state</th><th className="n">{workTitle(pool.counted)}</th><th className="n">share</th><th className="n">expected</th>
              {hasGood && <th className="n">known good</th>}
              <th className="n">latency</th>
              {!compact && <><th className="n">5xx/s</th><th className="n">queue</th><th className="n">sessions</th><th className="n">bytes/s</th><th className="n">weight</th><th>share and expectation</th></>}
            </tr>
          </thead>
          <tbody>
            {pool.servers.map((server) => {
              const state = serverState(server)
              const off = isOff(server) && judged
              return (
                <tr key={server.name}>
                  <td title={server.address === null || server.name.includes(server.address) ? server.name : `${server.name}, ${server.address}`}>{server.name}{server.backup && <small className="muted"> backup</small>}</td>
                  <td><ToneGlyph tone={state.tone} />{state.word}</td>
                  <td className="n">{rateWords(workRate(pool, server.rates))}</td>
                  <td className={`n ${off ? 'tone-critical' : ''}`}>{off ? '▲ ' : ''}{shareWords(server.share)}</td>
                  <td className="n">{rangeWords(server.expected)}</td>
                  {hasGood && <td className="n">{rangeWords(server.knownGood)}</td>}
                  <td className="n">{milliseconds(server.responseMs)}</td>
                  {!compact && (
                    <>
                      <td className="n">{rateWords(server.rates.errors)}</td><td className="n">{server.queued ?? '?'}</td><td className="n">{server.sessions ?? '?'}</td><td className="n">{bytesWords(server.rates.bytes)}</td>
                      <td className="n">{server.weight ?? '?'}{server.configWeight !== null && server.configWeight !== server.weight && ` (config ${server.configWeight})`}</td>
                      <td><ShareBar server={server} isOff={off} /></td>
                    </>
                  )}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}

/** Observed share as a bar, the expected one as a tick, hatched where the share is not known. */
function ShareBar({ server, isOff: off }: { readonly server: LiveServer; readonly isOff: boolean }) {
  const range = server.knownGood ?? server.expected
  return (
    <span className={`share-line ${server.share === null ? 'unknown' : ''} ${off ? 'off' : ''}`} aria-hidden="true">
      {server.share !== null && <i style={{ width: `${Math.min(100, server.share * 100)}%` }} />}
      {range !== null && <u style={{ left: `${range.low * 100}%`, width: `${Math.max(0.4, (range.high - range.low) * 100)}%` }} />}
    </span>
  )
}
