import type { Random } from '../haproxy/random.ts'

/** What `lookups` draws from. */
interface Drawing {
  readonly random: Random
  readonly count: (construct: string) => void
}

/** Variables that `lookups` defines and that give names of groups, for `proxy_pass`. */
export const lookupTargets = ['http://$portion', 'http://$portion$request_uri', 'http://$half', 'http://$named', 'http://$named/x']
/** Conditions and headers that read what they give. */
export const lookupConditions = ['$portion = app', '$half = ""', '$portion ~ ^m', '$joined ~ ^a', '$named != media', '$told = z1-x', '$block = inner', '$ranged = b', '$kept = n', '$from_text = ten', '$dotted = y', '$dotted ~ ^[eq]']
export const lookupHeaders = ['proxy_set_header Host $portion;', 'proxy_set_header Host "$half.test";', 'proxy_set_header Host $told;', 'proxy_set_header Host "h$joined.test";', 'proxy_set_header Host "h$block.$ranged.$kept.$from_text";', 'proxy_set_header Host "h$cut";', 'proxy_set_header Host "h$dotted";']

/** Lookups of every kind that the model follows, with their odd forms. */
export function lookups({ random, count }: Drawing): readonly string[] {
  const lines: string[] = []
  const add = (construct: string, ...texts: readonly string[]): void => {
    count(construct)
    lines.push(random.pick(texts))
  }
  const key = random.pick(['"${remote_addr}$http_x_v"', '$http_x_v', '"$host$cookie_c"', '$request_uri', '$remote_addr', '"a$remote_addr"', 'fixed'])
  add('split_clients', `split_clients ${key} $portion { 12.5% app; 33% media; 0.01% static; * auth_1; }`, `split_clients ${key} $portion { 50% app; 30.05% nosuch; }`, `split_clients ${key} $portion { .5% app; 99.5% media; }`, `split_clients ${key} $portion { * media; }`)
  add('split_clients without a rest', `split_clients ${key} $half { 50% static; }`, 'split_clients "$host$http_user_agent$remote_addr" $half { 25% app; 25% media; }')
  add('map value with a variable', 'map $http_x_v $named { default $portion; v2 $zoned; ~^s(\\d) auth_$1; }', 'map $host $named { hostnames; default media; .a.test $be; www.* $zoned; }', 'map $cookie_c $named { "" app; ~^(?<digit>\\d)$ auth_$digit; default $portion; }')
  add('map of a combination', 'map "$http_x_v-$near" $told { default $near-x; ~^v2-(.*)$ $1-$host; V3-near z1-x; }', 'map $zone$near $told { z1near z1-x; ~z(.)(?<rest>.*)$ $2$1$rest; default "$zone.$http_x_v"; }')
  add('map value with a capture', 'map $http_cookie $cut { ~c=(\\w)(\\w)? $1.$2; default none; }', 'map $request_uri $cut { ~^/(?<first>[a-z]+)/ $first; ~^/([a-z]+)\\?(.*) $2-$1$3; default $host; }', 'map $http_x_v $cut { volatile; ~*^(v)(\\d)$ "$2$1"; }')
  add('map over a map', 'map $cut $joined { default a; none b; ~(.) a$1; }', 'map $named $joined { app a; media $host; }')
  add('map of host names, or of nothing', 'map $http_x_v $dotted { hostnames; default n; v2 y; .s1 w; t.* t; ~^$ e; ~^V(.)$ p; }', 'map $http_host $dotted { hostnames; default n; .a.test $near; zzz z; ~^(..)$ $1; }', 'map $http_x_v $dotted { default n; ~^$ e; ~^[^v]*$ q; ~x? r; }', 'map $http_x_v $dotted { default n; ~^() e$1; }')
  add('geo by ranges', 'geo $ranged { ranges; default a; 127.0.0.0-127.0.0.255 b; 127.0.0.2-127.0.0.2 c; }', 'geo $ranged { ranges; 126.255.0.0-127.0.0.1 b; default a; 127.0.0.3-127.0.0.3 d; delete 127.0.0.3-127.0.0.3; }')
  add('geo with deletions', 'geo $kept { default d; 127.0.0.0/8 n; 127.0.0.1 m; delete 127.0.0.1/32; 127.0.0.2/32 k; }', 'geo $kept { 127.0.0.2 a; 127.0.0.2/31 n; 127.0.0.0/16 o; 127.0.0.2/32 $host; default z; }', 'geo $kept { ::/0 six; 127.0.0.1 n; default e; ::/0 seven; }')
  add('geo of a text', 'geo $http_x_v $from_text { default bad; 10.0.0.0/8 ten; ::1 six; }', 'geo $http_x_v $from_text { ranges; 10.0.0.0-10.0.0.9 nine; 10.0.0.4-10.0.0.5 ten; }')
  add('geo in a map', 'map $near $block { near inner; two "$kept$near"; default outer; }')
  return lines
}

/** One change of a lookup: a share, an order, a value, a network, a default. */
export function editLookup(random: Random, line: string): string {
  switch (random.int(5)) {
    case 0: return line.replace(/\d+(\.\d+)?%/, `${5 + random.int(40)}%`)
    case 1: return line.replace(/(\d+(?:\.\d+)?%) (\w+); (\d+(?:\.\d+)?%) (\w+);/, '$3 $4; $1 $2;')
    case 2: return line.replace(/ (app|media|static|auth_1);/, () => ` ${random.pick(['app', 'media', 'static', 'auth_1'])};`)
    case 3: return line.replace(/127\.0\.0\.2/, '127.0.0.1').replace('$remote_addr', '$host')
    default: return line.replace(/default \w+;|\* \w+;/, '')
  }
}
