import type { Exporter } from './exporter.ts'
import { caddyExporter } from './exporters/caddy.ts'
import { envoyExporter } from './exporters/envoy.ts'
import { haproxyExporter } from './exporters/haproxy.ts'
import { ipvsExporter } from './exporters/ipvs.ts'
import { nginxExporter } from './exporters/nginx.ts'
import { traefikExporter } from './exporters/traefik.ts'

/** Everything that a Prometheus server may be asked about. */
export const exporters: readonly Exporter[] = [caddyExporter, envoyExporter, haproxyExporter, ipvsExporter, nginxExporter, traefikExporter]
