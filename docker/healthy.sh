#!/usr/bin/env bash
# The health check of a container, without the price of a Node that starts: exits 0 when the service in it says that it is ready.
# HEALTH_PORT and HEALTH_PATH say where to ask; a service is asked at its PORT, /health/ready.
exec 3<>"/dev/tcp/127.0.0.1/${HEALTH_PORT:-$PORT}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${HEALTH_PATH:-/health/ready}" >&3
read -r -t 5 _ status _ <&3
[[ $status == 200 ]]
