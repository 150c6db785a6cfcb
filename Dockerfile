# node-nginx-fastify: nginx, a clustered Node server and a supervisor in one image. See README.md.
FROM node:26-trixie-slim AS node

# --- s6-overlay, the supervisor: released archives, checked against their published SHA-256.
FROM node AS s6-overlay-archives
ARG S6_OVERLAY_RELEASE=https://github.com/just-containers/s6-overlay/releases/download/v3.2.3.2
ADD --checksum=sha256:5379750ed30a84bbd2e2dd74847ba6b5bd29cd0b2e3ea2ec58049b57eb2eda12 \
    ${S6_OVERLAY_RELEASE}/s6-overlay-noarch.tar.xz /archives/

FROM s6-overlay-archives AS s6-overlay-archives-amd64
ADD --checksum=sha256:e6befcc96a437a3831386ecfc51808c5d3e939dc5fe3c02ae9284599e8aa2408 \
    ${S6_OVERLAY_RELEASE}/s6-overlay-x86_64.tar.xz /archives/

FROM s6-overlay-archives AS s6-overlay-archives-arm64
ADD --checksum=sha256:b17f17a82e7a515c682a91edaf2ffdabb73f891981b6c1fd712115693a2f8b4c \
    ${S6_OVERLAY_RELEASE}/s6-overlay-aarch64.tar.xz /archives/

# hadolint ignore=DL3006 # one of the two stages above, not an image
FROM s6-overlay-archives-${TARGETARCH} AS s6-overlay-unpacked
# hadolint ignore=DL3008 # unpacks two archives whose content is checked above; any version of xz will do
RUN apt-get update \
 && apt-get install -y --no-install-recommends xz-utils \
 && mkdir /s6-overlay \
 && for archive in /archives/*.tar.xz; do tar -C /s6-overlay -Jxpf "$archive"; done

FROM scratch AS s6-overlay
COPY --from=s6-overlay-unpacked /s6-overlay/ /

# --- What an app finds without installing anything (docs/contract.md).
FROM node AS contract-packages
WORKDIR /contract
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# --- Our own files, the TypeScript among them compiled.
FROM node AS compiled-rootfs
WORKDIR /source
COPY package.json package-lock.json ./
# Without scripts: the Node that development pins is not needed here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY rootfs rootfs
RUN cp -a rootfs /rootfs \
 && find /rootfs -name '*.ts' -delete \
 && npx tsc --noEmit false --rootDir rootfs --outDir /rootfs

# --- The image.
FROM node AS node-nginx-fastify
# hadolint ignore=DL3067 # the stage holds the supervisor's tree and nothing else
COPY --from=s6-overlay / /
# nginx with its modules from Debian; not pinned, so that each build has the security updates of the day.
# No suid or sgid file stays: nothing in this image may gain rights. /run is for any user, as /tmp is; the cache of
# `cluster build` and the home folder for group 0, whatever the user.
# hadolint ignore=DL3008 # see above
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      nginx \
      tini \
      libnginx-mod-http-brotli-filter \
      libnginx-mod-http-brotli-static \
      libnginx-mod-http-headers-more-filter \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/www/html /etc/nginx/sites-enabled/default \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && mkdir -p /var/cache/cluster \
 && chmod 0775 /var/cache/cluster /home/node \
 && chgrp 0 /home/node \
 && chmod 1777 /run
COPY --from=contract-packages /contract/node_modules /node_modules
COPY --from=compiled-rootfs /rootfs /
# The app's folder, and the one for its data, belong to the app's user, and to group 0 for any other user. The time tells
# a bare image from one into which something was copied, be it an empty folder (app/find.ts).
RUN install --directory --owner=1000 --group=0 --mode=0775 /app \
 && install --directory --owner=1000 --group=0 --mode=2775 /data \
 && touch --date=2000-01-01T00:00:00Z /app

# `npm install --global` as the image's user needs a prefix of that user's; what is installed there never goes before what
# the image has. npm does not ask its registry for a newer npm. node-gyp finds Node's headers here, and does not
# download them.
ENV PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/node_modules/.bin:/home/node/.npm-global/bin \
    NPM_CONFIG_GLOBALCONFIG=/usr/local/etc/npmrc \
    NPM_CONFIG_PREFIX=/home/node/.npm-global \
    NPM_CONFIG_UPDATE_NOTIFIER=false \
    npm_package_config_node_gyp_nodedir=/usr/local
WORKDIR /app
USER 1000:0
# 9000 is ADMIN_PORT: not to be published to the internet.
EXPOSE 8080 9000
# Not QUIT: the supervisor ignores it.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s CMD ["health"]
ENTRYPOINT ["/usr/local/bin/entrypoint"]
# Last, so that another version has the same layers. What is known of a repository alone (source, url, documentation,
# base.digest) is added by tools/release.ts, which also reads these.
ARG VERSION=development
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="node-nginx-fastify" \
      org.opencontainers.image.description="A production base image for Node: nginx, a clustered Node server and a supervisor in one container" \
      org.opencontainers.image.authors="the node-nginx-fastify authors" \
      org.opencontainers.image.vendor="node-nginx-fastify" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:26-trixie-slim" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
