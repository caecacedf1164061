import type { Parsed } from '#shared/dialects/dialect.ts'
import type { PreparedValidation, Validator, ValidatorFile, ValidatorMessage } from '#shared/dialects/validator.ts'
import type { FilePath } from '#shared/text/span.ts'
import { argument, childrenOf, headOf, nameOf } from '../compile/words.ts'
import { expandIncludes, type Expansion } from '../expand.ts'
import { normalPath } from '../paths.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { certificateName, collectEdits, replaceAt, type Context, type Edits } from './edits.ts'

const emptyName = 'empty'
const mainName = 'main.conf'

/**
 * `nginx -t` on copies of the config files.
 *
 * In test mode nginx opens logs, makes folders, writes its process file, binds every address and looks host names up, so
 * the copies name sockets, folders and files of the run instead; each line stays where it is. A config that loads code of
 * others, or holds code, is not handed over: test mode runs it.
 * Source: nginx.org, "Command-line parameters"; `ngx_init_cycle`.
 */
export const nginxValidator: Validator<NginxTree> = {
  command: 'nginx',
  title: 'nginx -t',
  aboutArguments: ['-V'],
  runsIn: 'copies',
  prepare(parsed, options, about, folder) {
    const expansion = expandIncludes(parsed, options.unread)
    const all = allOf(expansion.directives)
    const code = all.find((directive) => directive.opaque !== null || runsCode.test(nameOf(directive)) || (nameOf(directive) === 'load_module' && moduleOf(argument(directive, 0), about) === null))
    if (code !== undefined) return refused({ reason: 'this line runs code of others, which its test mode would do as well', at: headOf(code) })
    const odd = parsed.find(({ file }) => file.encoding !== 'utf-8' && file.encoding !== 'latin-1')
    if (odd !== undefined) return refused({ reason: `${odd.file.path} is stored as ${odd.file.encoding}, which nginx does not read`, at: { file: odd.file.path, start: 0, end: 0 } })
    const edits: Edits = {
      byFile: new Map(), replaced: new Set(), sockets: new Map(), folders: new Map(), usesCertificate: false, hasPid: false,
      groups: new Set(all.filter((directive) => nameOf(directive) === 'upstream' && directive.block !== null).map((directive) => argument(directive, 0).toLowerCase())),
    }
    const texts = new Map(parsed.map(({ file }) => [file.path, file.text]))
    collectEdits(edits, expansion.directives, contextOf(expansion), (span) => texts.get(span.file)?.slice(span.start, span.end) ?? '')
    for (const directive of all) if (nameOf(directive) === 'load_module') editModule(edits, directive, about)
    const copies = copiesOf(parsed)
    editIncludes(edits, expansion, copies)
    return preparedWith(edits, expansion, copies, texts, folder)
  },
  messagesIn: (words, folder) => words.split('\n').flatMap((line) => messageOf(line, folder)),
}

/** Directives of modules that run what the config holds or names while it is read. */
const runsCode = /^(?:.*_by_lua.*|lua_.*|js_.*|perl|perl_.*|.*passenger.*|modsecurity.*)$/

const refused = (refusal: PreparedValidation['refusal']): PreparedValidation => ({ refusal, files: [], certificate: null, arguments: [], replaced: [], inMessages: [] })

function allOf(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((directive) => [directive, ...allOf(childrenOf(directive))])
}

function contextOf({ context }: Expansion): Context {
  return context === 'location' ? 'server' : context
}

/** Absolute path of a module that was installed with nginx; null: it comes from elsewhere. */
function moduleOf(path: string, about: string): string | null {
  const prefix = /--prefix=(\S+)/.exec(about)?.[1] ?? '/etc/nginx'
  const modules = /--modules-path=(\S+)/.exec(about)?.[1] ?? `${prefix}/modules`
  const absolute = normalPath(path.startsWith('/') ? path : `${prefix}/${path}`)
  for (const folder of [modules, `${prefix}/modules`]) if (absolute.startsWith(`${normalPath(folder)}/`) && !absolute.slice(normalPath(folder).length + 1).includes('/')) return absolute
  return null
}

function editModule(edits: Edits, directive: Directive, about: string): void {
  const [word] = directive.args
  const path = moduleOf(argument(directive, 0), about)
  if (word !== undefined && path !== null) replaceAt(edits, word.span, path)
}

interface Copy {
  readonly name: string
  /** The file that holds the text, and the part of it: a dump holds several. */
  readonly path: FilePath
  readonly start: number
  readonly end: number
}

/** One copy for each file, under the path that includes find it by. */
function copiesOf(parsed: readonly Parsed<NginxTree>[]): ReadonlyMap<FilePath, Copy> {
  const copies = new Map<FilePath, Copy>()
  for (const { tree } of parsed) {
    const { file, parts } = tree
    if (parts === null) copies.set(file.path, { name: `f${copies.size}.conf`, path: file.path, start: 0, end: file.text.length })
    else {
      const starts = parts.map(({ path }) => file.text.indexOf(`# configuration file ${path}:`))
      for (const [index, part] of parts.entries()) if (!copies.has(part.path)) copies.set(part.path, { name: `f${copies.size}.conf`, path: file.path, start: starts[index] ?? 0, end: starts[index + 1] ?? file.text.length })
    }
  }
  return copies
}

/** Each `include` names the copies of what it brought; what is missing is empty, and our own finding says so. */
function editIncludes(edits: Edits, { includes }: Expansion, copies: ReadonlyMap<FilePath, Copy>): void {
  for (const { at, files, missing } of includes) {
    const names = files.flatMap((path) => copies.get(path)?.name ?? [])
    if (missing && (files.length === 0 || names.length < files.length)) edits.replaced.add('Included files that are missing count as empty.')
    replaceAt(edits, at, (names.length === 0 ? [emptyName] : names).map((name) => `include ${name};`).join(' '))
  }
}

function preparedWith(edits: Edits, expansion: Expansion, copies: ReadonlyMap<FilePath, Copy>, texts: ReadonlyMap<FilePath, string>, folder: string): PreparedValidation {
  const files: ValidatorFile[] = [...copies.values()].map((copy) => ({ name: copy.name, path: copy.path, text: edited(texts.get(copy.path) ?? '', copy, edits.byFile.get(copy.path) ?? new Map()) }))
  const mains = expansion.context === 'main' ? [copies.get(expansion.loaded[0] ?? '')] : [...copies.values()].filter((copy) => rootsOf(expansion).has(copy.path))
  const includes = mains.map((copy) => `include ${copy?.name ?? emptyName};`).join(' ')
  files.push({ name: emptyName, path: null, text: '' }, { name: mainName, path: null, text: `${wrapped(expansion.context, includes)}\n` })
  const sockets = [...edits.sockets.values()].map(({ socket, written }) => [`unix:${socket}`, written.replace(/ datagrams$/, '')] as const).sort((one, other) => other[0].length - one[0].length)
  return {
    refusal: null, files, certificate: edits.usesCertificate ? certificateName : null, replaced: [...edits.replaced],
    arguments: ['-t', '-q', '-p', `${folder}/`, '-e', '/dev/null', '-c', mainName, ...(edits.hasPid ? [] : ['-g', 'pid nginx.pid;'])],
    inMessages: [...[...copies].map(([path, { name }]) => [`${folder}/${name}`, path] as const), [`${folder}/`, ''] as const, ...sockets],
  }
}

/** Files of a config without a main file that no other includes. */
function rootsOf({ includes, loaded }: Expansion): ReadonlySet<FilePath> {
  const named = new Set(includes.flatMap(({ files }) => files))
  return new Set(loaded.filter((path) => !named.has(path)))
}

/** A file to be included needs the blocks around it. */
function wrapped(context: Expansion['context'], includes: string): string {
  const folders = 'client_body_temp_path t0; proxy_temp_path t1; fastcgi_temp_path t2; uwsgi_temp_path t3; scgi_temp_path t4;'
  switch (context) {
    case 'main': return includes
    case 'http': return `events {} http { ${folders} ${includes} }`
    case 'stream': return `events {} stream { ${includes} }`
    case 'server': return `events {} http { ${folders} server { listen unix:ls; ${includes} } }`
    case 'location': return `events {} http { ${folders} server { listen unix:ls; location / { ${includes} } } }`
  }
}

/** The part of the text that the copy holds, with its changes; everything else is empty lines, so that lines count as they do. */
function edited(text: string, copy: Copy, edits: ReadonlyMap<number, { readonly end: number; readonly text: string }>): string {
  let out = '\n'.repeat(text.slice(0, copy.start).split('\n').length - 1)
  let at = copy.start
  for (const [start, edit] of [...edits].sort((one, other) => one[0] - other[0])) {
    if (start < at || start >= copy.end) continue
    out += text.slice(at, start) + edit.text
    at = edit.end
  }
  return out + text.slice(at, copy.end)
}

/** Lines such as `nginx: [emerg] unknown directive "x" in /tmp/x/f0.conf:12`. */
function messageOf(line: string, folder: string): readonly ValidatorMessage[] {
  const head = /^nginx: \[(emerg|alert|crit|error|warn)\] (.*)$/.exec(line)
  if (head === null) return []
  const severity = head[1] === 'warn' ? 'warning' : 'error'
  const place = / in (\S+):(\d+)$/.exec(head[2] ?? '')
  if (place === null || !(place[1] as string).startsWith(`${folder}/`)) return [{ severity, message: (head[2] ?? '').trim(), file: null, line: null }]
  return [{ severity, message: (head[2] ?? '').slice(0, place.index).trim(), file: (place[1] as string).slice(folder.length + 1), line: Number(place[2]) }]
}

