import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isGlob } from '#shared/text/file-glob.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding } from './config.ts'

/** Names that editors and package managers give to copies. */
const stray = /(?:~|\.(?:bak|backup|old|orig|save|saved|swp|swo|tmp|disabled|off|dpkg-(?:dist|old|new|bak)|ucf-(?:dist|old|new)|rpm(?:new|save|orig)))$|\.\d{6,}$/i

export const strayFileLoaded: Check<NginxTree> = {
  code: 'nginx/stray-file-loaded',
  severity: 'warning',
  title: 'A backup file that is loaded',
  why: 'An include of a whole folder loads the copies that editors and packages leave behind, too.',
  bad: `# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include /etc/nginx/sites-enabled/*;
}
# configuration file /etc/nginx/sites-enabled/app:
server {
    listen 8080;
}
# configuration file /etc/nginx/sites-enabled/app.bak:
server {
    listen 8081;
}
`,
  good: `# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include /etc/nginx/sites-enabled/*;
}
# configuration file /etc/nginx/sites-enabled/app:
server {
    listen 8080;
}
`,
  source: 'NG-05, N-LEX-9',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const include of config.expansion.includes) {
      if (!isGlob(include.path)) continue
      for (const file of include.files) {
        if (!stray.test(file)) continue
        found.push(finding(strayFileLoaded, { at: include.at, names: [include.path, file], message: `The file ${file} is loaded as well, as 'include ${include.path}' takes every file. Include only names with a suffix, such as *.conf, or remove the file.` }))
      }
    }
    return found
  },
}
