import { rowsOf } from './row.ts'
import type { Row } from './row.ts'

const mainRows: readonly Row[] = [
  ['daemon', 'm', 'flag', 'i', 'Whether nginx goes into the background.'],
  ['master_process', 'm', 'flag', 'i', 'Whether worker processes are started.'],
  ['timer_resolution', 'm', '1 time', 'i', 'How often the clock is read.'],
  ['pid', 'm', '1 once', 'i', 'File that holds the process number.'],
  ['lock_file', 'm', '1 once', 'i', 'File used for locks between workers.'],
  ['worker_processes', 'm', '1 once', 'i', 'Number of worker processes; balancing state without a zone is kept by each alone.'],
  ['debug_points', 'm', '1 once', 'i', 'What happens at internal debugging points.'],
  ['user', 'm', '12 once', 'i', 'User and group of the workers.'],
  ['worker_priority', 'm', '1 once', 'i', 'Scheduling priority of the workers.'],
  ['worker_cpu_affinity', 'm', '1+ once', 'i', 'Which processors the workers run on.'],
  ['worker_rlimit_nofile', 'm', '1 number', 'i', 'Most open files of a worker.'],
  ['worker_rlimit_core', 'm', '1 offset', 'i', 'Largest core file of a worker.'],
  ['worker_shutdown_timeout', 'm', '1 time', 'i', 'How long old workers may finish after a reload.'],
  ['working_directory', 'm', '1 once', 'i', 'Working directory of the workers.'],
  ['env', 'm', '1', 'i', 'Passes an environment variable on to the workers.'],
  ['load_module', 'm', '1', 'i', 'Loads a dynamic module.'],
  ['error_log', 'm', '1+', 'i', 'Where error messages go.'],
  ['include', '*', '1', 'm', 'Puts the directives of other files in its place.'],
  ['events', 'm', '0{ once', 'i', 'Settings of connection processing.'],
  ['thread_pool', 'm', '23', 'i', 'Threads that read and send files.'],
  ['ssl_engine', 'm', '1', 'i', 'Hardware for encryption.'],
  ['pcre_jit', 'm', 'flag', 'i', 'Compiles regular expressions to machine code.'],
  ['http', 'm', '0{ once', 'm', 'Everything about HTTP.'],
  ['stream', 'm', '0{', 'm', 'Everything about TCP and UDP.'],
  ['mail', 'm', '0{', 'u', 'Proxy for mail protocols.'],
  ['quic_bpf', 'm', 'flag', 'i', 'Keeps QUIC connections at one worker.', '1.25.0'],
  ['google_perftools_profiles', 'm', '1 once', 'i', 'File for profiles of the process.'],
]

const eventsRows: readonly Row[] = [
  ['worker_connections', 'v', '1 once', 'i', 'Most connections of one worker.'],
  ['use', 'v', '1 once', 'i', 'System call that waits for connections.'],
  ['multi_accept', 'v', 'flag', 'i', 'Accepts all waiting connections at once.'],
  ['accept_mutex', 'v', 'flag', 'i', 'Workers take turns in accepting connections.'],
  ['accept_mutex_delay', 'v', '1 time', 'i', 'How long a worker waits for its turn.'],
  ['debug_connection', 'v', '1', 'i', 'Addresses whose connections are logged in detail.'],
  ['epoll_events', 'v', '1 number', 'i', 'Events read in one system call.'],
  ['worker_aio_requests', 'v', '1 number', 'i', 'Most operations on files at the same time.'],
]

/** Directives of the main context. */
export const mainFacts = rowsOf('main', mainRows)
/** Directives of `events`. */
export const eventsFacts = rowsOf('events', eventsRows)
