import net from 'node:net'

export interface FakePool {
  readonly name: string
  /** Requests per second of each of its servers. */
  readonly rates: readonly number[]
}

/** A stats socket that answers like HAProxy, without a balancer behind it. Counters grow with the time that went by. */
export interface FakeBalancer {
  pools: readonly FakePool[]
  /** Another process: all counts start again. */
  restart(): void
  /** Everything that was asked. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const columns = ['pxname', 'svname', 'qcur', 'scur', 'stot', 'bin', 'bout', 'status', 'weight', 'act', 'bck', 'lastchg', 'type', 'hrsp_2xx', 'hrsp_5xx', 'req_tot', 'conn_tot', 'connect', 'rtime', 'mode', 'algo', 'uweight', 'lbtot', 'check_status']
const frontend = 'web'

/** Listens at `path`. */
export async function startFakeBalancer(path: string, pools: readonly FakePool[]): Promise<FakeBalancer> {
  const asked: string[] = []
  const open = new Set<net.Socket>()
  let started = performance.now()
  let pid = 4711
  const fake: FakeBalancer = {
    pools, asked,
    restart() {
      started = performance.now()
      pid += 1
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  }
  const answer = (): string => {
    const seconds = (performance.now() - started) / 1000
    const info = `Name: HAProxy\nVersion: 2.6.12\nPid: ${pid}\nUptime_sec: ${Math.floor(seconds)}\nStart_time_sec: ${1_700_000_000 + pid}\nStopping: 0\n\n`
    return `${info}${statistics(fake.pools, seconds)}\n${serversState(fake.pools)}\n`
  }
  const server = net.createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      asked.push(chunk.toString())
      socket.end(answer())
    })
  })
  await new Promise<void>((resolve) => { server.listen(path, resolve) })
  return fake
}

function line(cells: Readonly<Record<string, string | number>>): string {
  return `${columns.map((column) => String(cells[column] ?? '')).join(',')},\n`
}

function statistics(pools: readonly FakePool[], seconds: number): string {
  const counts = (rate: number): Record<string, number> => {
    const requests = Math.floor(rate * seconds)
    return { stot: requests, bin: requests * 300, bout: requests * 900, hrsp_2xx: requests, hrsp_5xx: 0, req_tot: requests, conn_tot: requests, connect: requests, lbtot: requests }
  }
  const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0)
  const out = [`# ${columns.join(',')},\n`, line({ pxname: frontend, svname: 'FRONTEND', type: 0, mode: 'http', status: 'OPEN', scur: 7, ...counts(sum(pools.map((pool) => sum(pool.rates)))) })]
  for (const pool of pools) {
    pool.rates.forEach((rate, index) => {
      out.push(line({ pxname: pool.name, svname: `s${index + 1}`, type: 2, mode: 'http', status: 'UP', qcur: 0, scur: 1, weight: 1, uweight: 1, act: 1, bck: 0, lastchg: 100, rtime: 12, check_status: 'L7OK', ...counts(rate) }))
    })
    out.push(line({ pxname: pool.name, svname: 'BACKEND', type: 1, mode: 'http', status: 'UP', qcur: 0, scur: 2, weight: pool.rates.length, uweight: pool.rates.length, act: pool.rates.length, bck: 0, lastchg: 100, rtime: 12, algo: 'roundrobin', ...counts(sum(pool.rates)) }))
  }
  return out.join('')
}

function serversState(pools: readonly FakePool[]): string {
  const head = '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_fqdn srv_port srvrecord\n'
  return head + pools.flatMap((pool, at) => pool.rates.map((_, index) => `${at + 2} ${pool.name} ${index + 1} s${index + 1} 192.0.2.${1 + (index % 200)} 2 0 1 1 - ${8000 + at} -\n`)).join('')
}

/** A config of HAProxy that fits: each pool has as many servers of equal weight, and a path of its own. */
export function configOfPools(pools: readonly FakePool[]): string {
  const routes = pools.slice(0, -1).map((pool) => `    use_backend ${pool.name} if { path_beg /${pool.name}/ }\n`).join('')
  const backends = pools.map((pool, at) => `backend ${pool.name}\n    balance roundrobin\n${pool.rates.map((_, index) => `    server s${index + 1} 192.0.2.${1 + (index % 200)}:${8000 + at} check\n`).join('')}`).join('')
  return `defaults\n    mode http\n    timeout connect 1s\n    timeout client 5s\n    timeout server 5s\nfrontend ${frontend}\n    bind :8080\n${routes}    default_backend ${pools.at(-1)?.name ?? ''}\n${backends}`
}
