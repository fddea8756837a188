# The image that stands in for grafana/k6: same user, same folder, same command.
#
#   docker build -t sixfold .
#   docker run --rm -i sixfold run - <script.js
#
# The k6-operator starts `k6` from PATH and runs sh, cat, grep, mkdir and dirname, so the base keeps a shell.

FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node_modules/.bin/bun build.ts

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 12345 k6 \
 && useradd --uid 12345 --gid 12345 --create-home --home-dir /home/k6 --shell /bin/sh k6
COPY --from=build /build/dist/sixfold /usr/bin/sixfold
RUN ln -s sixfold /usr/bin/k6
# A number, so that Kubernetes can see that it is not root.
USER 12345
WORKDIR /home/k6
ENTRYPOINT ["sixfold"]
