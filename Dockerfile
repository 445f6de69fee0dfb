# The executable and nothing else: no shell, no package manager, an ordinary user.
ARG BUN_IMAGE=docker.io/oven/bun:1.4.5-slim

FROM ${BUN_IMAGE} AS build
WORKDIR /source
# Only the certificates are missing from the slim image.
RUN [ -s /etc/ssl/certs/ca-certificates.crt ] || \
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates; }
COPY package.json bun.lock bunfig.toml tsconfig.json ./
COPY patches ./patches
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY scripts ./scripts
COPY src ./src
# An image build has no .git: CI names the commit.
ARG SOUVENIR_COMMIT=""
# Sources and lines in the stacks of the log cost 4 MB: --build-arg SOURCE_MAP=yes.
ARG SOURCE_MAP=""
RUN SOUVENIR_COMMIT="${SOUVENIR_COMMIT}" bun scripts/build.ts dist/souvenir $([ -n "${SOURCE_MAP}" ] || echo --no-source-map)
# A model to carry, so that memories are found by meaning at once: --build-arg MODEL=all-MiniLM-L6-v2 (MODEL_URL: from elsewhere).
ARG MODEL=""
ARG MODEL_URL=""
RUN [ -z "${MODEL}" ] || \
    EMBEDDER_MODEL="${MODEL}" EMBEDDER_MODEL_DIR=/image/model MODEL_URL="${MODEL_URL}" dist/souvenir models pull
# What the executable is linked to, and the resolver that glibc loads by name. Debian's path for this architecture is the loader's own.
RUN mkdir -p /image/etc/ssl/certs /image/data /image/tmp && chmod 1777 /image/tmp && chmod 700 /image/data && \
    { ldd dist/souvenir | grep -o '/[^ ]*'; ls "$(dirname "$(ldd dist/souvenir | grep -o '/[^ ]*libc\.so\.6')")"/libresolv.so.2; } | \
    while read -r library; do cp -L --parents "$library" /image; done && \
    cp -L /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ && \
    echo 'hosts: files dns' >/image/etc/nsswitch.conf && \
    echo 'souvenir:x:65532:65532::/data:/souvenir' >/image/etc/passwd && \
    echo 'souvenir:x:65532:' >/image/etc/group && \
    chown 65532:65532 /image/data && \
    cp dist/souvenir /image/souvenir

FROM scratch
COPY --from=build /image/ /
ARG MODEL=""
ENV EMBEDDER_MODEL_DIR=${MODEL:+/model}
# HOST: a container is reached from outside (with AUTH=none this takes ALLOWED_HOSTS). The certificates are read as the system's own, so that a deployment can mount another.
ENV HOST=0.0.0.0 DATA_DIR=/data HOME=/data NODE_USE_SYSTEM_CA=1 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
VOLUME /data
EXPOSE 8765 8766
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/souvenir", "healthcheck"]
ENTRYPOINT ["/souvenir"]
