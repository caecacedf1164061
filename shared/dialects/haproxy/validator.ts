import type { Validator, ValidatorMessage } from '#shared/dialects/validator.ts'
import type { HaproxyTree } from './tree.ts'

/**
 * `haproxy -c` on copies of the config files. Check mode opens no listener and contacts no server, but it resolves host
 * names and reads the files that the config names.
 * Source: HAProxy management guide, option `-c`.
 */
export const haproxyValidator: Validator<HaproxyTree> = {
  command: 'haproxy',
  title: 'haproxy -c',
  aboutArguments: null,
  runsIn: 'config',
  prepare(parsed, _options, _about, folder) {
    const files = parsed.map(({ file }, index) => ({ name: `${String(index).padStart(3, '0')}.cfg`, path: file.path, text: null }))
    return { refusal: null, files, certificate: null, arguments: ['-c', ...files.flatMap(({ name }) => ['-f', `${folder}/${name}`])], replaced: [], inMessages: files.map(({ name, path }) => [`${folder}/${name}`, path] as const) }
  },
  messagesIn: (words, folder) => words.split('\n').flatMap((line) => messageOf(line, folder)),
}

/** Lines such as `[ALERT]    (123) : config : parsing [/tmp/x/000.cfg:12] : unknown keyword 'foo' …`. */
function messageOf(line: string, folder: string): readonly ValidatorMessage[] {
  const head = /^\[(ALERT|WARNING|NOTICE)\]\s*\(\d+\)\s*:\s*(.*)$/.exec(line)
  if (head === null || head[1] === 'NOTICE') return []
  const message = (head[2] ?? '').replace(/^config\s*:\s*/, '')
  if (/^(Fatal errors found|Error\(s\) found)/.test(message)) return []
  const severity = head[1] === 'ALERT' ? 'error' : 'warning'
  const place = /(?:parsing )?\[([^\]]*?):(\d+)\]\s*:?\s*/.exec(message)
  if (place === null || !(place[1] as string).startsWith(`${folder}/`)) return [{ severity, message: message.trim(), file: null, line: null }]
  return [{ severity, message: message.replace(place[0], '').trim(), file: (place[1] as string).slice(folder.length + 1), line: Number(place[2]) }]
}
