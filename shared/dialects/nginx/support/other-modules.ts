import { rowsOf } from './row.ts'
import type { DirectiveFacts, Row, StateLetter } from './row.ts'

/** Directives of modules that are not part of nginx, or only of the commercial edition: words, state, summary. */
type Group = readonly [words: string, state: StateLetter, summary: string]

const groups: readonly Group[] = [
  ['set_by_lua set_by_lua_block set_by_lua_file', 'u', 'Sets a variable by Lua.'],
  ['rewrite_by_lua rewrite_by_lua_block rewrite_by_lua_file server_rewrite_by_lua_block server_rewrite_by_lua_file rewrite_by_lua_no_postpone', 'u', 'Runs Lua before a location is chosen or left.'],
  ['access_by_lua access_by_lua_block access_by_lua_file access_by_lua_no_postpone', 'u', 'Decides by Lua whether a request is allowed.'],
  ['content_by_lua content_by_lua_block content_by_lua_file', 'u', 'Answers by Lua.'],
  ['balancer_by_lua_block balancer_by_lua_file balancer_keepalive', 'u', 'Chooses the server by Lua.'],
  ['ssl_certificate_by_lua_block ssl_certificate_by_lua_file ssl_client_hello_by_lua_block ssl_client_hello_by_lua_file preread_by_lua_block preread_by_lua_file precontent_by_lua_block precontent_by_lua_file', 'u', 'Runs Lua on a connection or request.'],
  ['init_by_lua init_by_lua_block init_by_lua_file init_worker_by_lua init_worker_by_lua_block init_worker_by_lua_file exit_worker_by_lua_block exit_worker_by_lua_file log_by_lua log_by_lua_block log_by_lua_file header_filter_by_lua header_filter_by_lua_block header_filter_by_lua_file body_filter_by_lua body_filter_by_lua_block body_filter_by_lua_file ssl_session_fetch_by_lua_block ssl_session_fetch_by_lua_file ssl_session_store_by_lua_block ssl_session_store_by_lua_file', 'u', 'Runs Lua.'],
  ['lua_package_path lua_package_cpath lua_shared_dict lua_code_cache lua_need_request_body lua_socket_connect_timeout lua_socket_send_timeout lua_socket_read_timeout lua_socket_pool_size lua_socket_keepalive_timeout lua_socket_buffer_size lua_socket_log_errors lua_ssl_trusted_certificate lua_ssl_verify_depth lua_ssl_protocols lua_ssl_ciphers lua_ssl_crl lua_ssl_conf_command lua_http10_buffering lua_transform_underscores_in_response_headers lua_check_client_abort lua_max_pending_timers lua_max_running_timers lua_use_default_type lua_malloc_trim lua_regex_match_limit lua_regex_cache_max_entries lua_capture_error_log lua_load_resty_core lua_worker_thread_vm_pool_size lua_thread_cache_max_entries lua_sa_restart lua_add_variable', 'i', 'Setting of Lua.'],
  ['js_set js_content js_access js_preread js_filter js_var js_periodic', 'u', 'Runs JavaScript.'],
  ['js_import js_include js_path js_header_filter js_body_filter js_fetch_buffer_size js_fetch_ciphers js_fetch_max_response_buffer_size js_fetch_protocols js_fetch_timeout js_fetch_trusted_certificate js_fetch_verify js_fetch_verify_depth js_fetch_keepalive js_shared_dict_zone js_preload_object js_engine js_context_reuse', 'i', 'Setting of JavaScript.'],
  ['perl perl_set', 'u', 'Runs Perl.'], ['perl_modules perl_require', 'i', 'Setting of Perl.'],
  ['geoip_country geoip_city geoip_org geoip_proxy geoip_proxy_recursive geoip2_proxy geoip2_proxy_recursive', 'u', 'Variables from a database of addresses.'],
  ['image_filter image_filter_buffer image_filter_interlace image_filter_jpeg_quality image_filter_sharpen image_filter_transparency image_filter_webp_quality xml_entities xslt_stylesheet xslt_param xslt_string_param xslt_types xslt_last_modified', 'i', 'Changes pictures or documents in answers.'],
  ['more_set_headers more_clear_headers brotli brotli_static brotli_types brotli_comp_level brotli_buffers brotli_window brotli_min_length zstd zstd_static zstd_types zstd_comp_level zstd_min_length fancyindex fancyindex_exact_size fancyindex_localtime fancyindex_header fancyindex_footer fancyindex_css_href fancyindex_name_length fancyindex_ignore fancyindex_hide_symlinks substitutions_filter subs_filter subs_filter_types dav_ext_methods dav_ext_lock_zone dav_ext_lock', 'i', 'Changes answers.'],
  ['more_set_input_headers more_clear_input_headers', 'u', 'Changes headers of requests before they are looked at.'],
  ['set_unescape_uri set_escape_uri set_quote_sql_str set_quote_json_str set_if_empty set_hashed_upstream set_md5 set_sha1 set_hmac_sha1 set_encode_base64 set_decode_base64 set_encode_base32 set_decode_base32 set_encode_hex set_decode_hex set_random set_secure_random_alphanum set_local_today set_formatted_local_time set_rotate set_form_input set_form_input_multi encrypted_session_expires encrypted_session_key encrypted_session_iv set_encrypt_session set_decrypt_session', 'u', 'Computes a variable.'],
  ['echo echo_duplicate echo_flush echo_sleep echo_location echo_location_async echo_subrequest echo_subrequest_async echo_exec echo_read_request_body echo_before_body echo_after_body echo_status echo_reset_timer echo_request_body', 'u', 'Answers with a text.'],
  ['modsecurity modsecurity_rules modsecurity_rules_file modsecurity_rules_remote modsecurity_transaction_id ModSecurityEnabled ModSecurityConfig MainRules BasicRule CheckRule SecRulesEnabled SecRulesDisabled DeniedUrl LearningMode', 'u', 'Firewall for requests.'],
  ['vhost_traffic_status vhost_traffic_status_zone vhost_traffic_status_display vhost_traffic_status_display_format vhost_traffic_status_filter_by_host vhost_traffic_status_filter_by_set_key otel_exporter otel_trace otel_trace_context otel_span_name otel_span_attr otel_service_name opentracing opentracing_load_tracer opentracing_tag opentracing_propagate_context opentracing_operation_name opentracing_location_operation_name opentelemetry opentelemetry_config opentelemetry_operation_name opentelemetry_propagate session_log session_log_format session_log_zone f4f f4f_buffer_size hls hls_buffers hls_forward_args hls_fragment hls_mp4_buffer_size hls_mp4_max_buffer_size status_zone api status', 'i', 'Measures or sends, and decides nothing.'],
  ['keyval keyval_zone zone_sync zone_sync_server internal_redirect mgmt health_check match upstream_conf upstream_show health_check_timeout proxy_upstream_conf oidc_provider auth_oidc auth_jwt_claim_set auth_jwt_header_set auth_jwt_key_request auth_jwt_leeway auth_jwt_require auth_jwt_type auth_jwt_key_cache auth_require proxy_requests_limit num_map mqtt mqtt_preread mqtt_set_connect mqtt_buffers mqtt_rewrite_buffer_size proxy_session_drop', 'u', 'Part of the commercial edition.'],
  ['auth_digest auth_digest_user_file auth_ldap auth_ldap_servers ldap_server auth_pam auth_pam_service_name auth_spnego auth_gss auth_radius_server auth_request_timeout', 'u', 'Asks who the client is.'],
  ['check_http_send check_http_expect_alive check_status check_shm_size check_keepalive_requests upsync upsync_dump_path upsync_lb jdomain upstream_fair_shm_size dynamic_upstream consul', 'u', 'Watches or changes servers at run time.'],
  ['srcache_fetch srcache_store memc_pass redis_pass redis2_pass redis2_query drizzle_pass drizzle_query postgres_pass postgres_query rds_json ajp_pass ajp_keep_conn mogilefs_pass proxy_cache_purge fastcgi_cache_purge uwsgi_cache_purge scgi_cache_purge slowfs_cache', 'u', 'Answers from another kind of server.'],
  ['nchan_publisher nchan_subscriber nchan_pubsub nchan_channel_id push_stream_publisher push_stream_subscriber push_stream_channels_path push_stream_shared_memory_size rtmp upload_pass upload_store upload_set_form_field upload_pass_args upload_progress track_uploads report_uploads passenger_root passenger_ruby passenger_enabled passenger_app_root passenger_pass_request pagespeed proxy_connect proxy_connect_allow concat concat_unique concat_max_files limit_zone', 'u', 'Directive of a module of others.'],
]

const blocks: readonly Group[] = [['geoip2 rtmp ldap_server match mgmt oidc_provider otel_exporter zone_sync', 'u', 'Block of a module of others.']]

function factsOf(all: readonly Group[], takes: string): readonly DirectiveFacts[] {
  return rowsOf('http', all.flatMap(([words, state, summary]) => words.split(' ').map((word): Row => [word, '*', takes, state, summary])))
}

const blockFacts = factsOf(blocks, 'any{')
const blockNames = new Set(blockFacts.map((facts) => facts.name))

/** What is known of modules outside nginx: the names, and that nothing of theirs is modelled. Their contexts and arguments are not checked. */
export const otherFacts: readonly DirectiveFacts[] = [...factsOf(groups, 'any').filter((facts) => !blockNames.has(facts.name)), ...blockFacts]
