# Builds the hub, then leaves everything behind that it does not need to run.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY bin bin
# Directives and the hub's own subgraphs are read when the hub starts.
COPY schema schema

# manifold.yaml, schema/ and the descriptions are mounted here.
WORKDIR /hub
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node is process 1 and answers SIGTERM itself: it finishes what is in flight, then exits.
ENTRYPOINT ["node", "/app/bin/manifold.js"]
CMD ["serve", "--host", "0.0.0.0", "--port", "4000"]
