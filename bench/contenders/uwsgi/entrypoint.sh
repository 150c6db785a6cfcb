#!/bin/sh
# Writes what the reference's two entrypoints write without any setting, for the port that is wanted.
set -eu
tls=''
if [ "${TLS:-}" = yes ]; then
  # https://nginx.org/en/docs/http/configuring_https_servers.html
  tls="listen $TLS_PORT ssl;
    ssl_certificate /bench-tls/tls.crt;
    ssl_certificate_key /bench-tls/tls.key;
    ssl_session_cache shared:SSL:10m;
    ssl_session_timeout 10m;"
fi
cat > /etc/nginx/nginx.conf <<END
user www-data;
worker_processes 1;
error_log /var/log/nginx/error.log warn;
pid /var/run/nginx.pid;
daemon off;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  log_format main '\$remote_addr - \$remote_user [\$time_local] "\$request" '
                  '\$status \$body_bytes_sent "\$http_referer" '
                  '"\$http_user_agent" "\$http_x_forwarded_for"';
  access_log /var/log/nginx/access.log main;
  sendfile on;
  keepalive_timeout 65;
  client_max_body_size 0;
  server {
    listen $PORT;
    $tls
    location / { try_files \$uri @app; }
    location @app { include uwsgi_params; uwsgi_pass unix:///tmp/uwsgi.sock; }
    location /static { alias /app/static; }
  }
}
END
exec "$@"
