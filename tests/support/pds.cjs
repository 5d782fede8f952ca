// Bluesky's own PDS and a directory of identities (PLC) for it, on loopback.
// node pds.cjs FOLDER_WITH_NODE_MODULES DATA_FOLDER JWT_SECRET; prints its address once it answers; ends with its standard input.
"use strict";
const { createRequire } = require("node:module");
const http = require("node:http");
const net = require("node:net");
const path = require("node:path");

const [packages, data, jwtSecret] = process.argv.slice(2);
const pds = createRequire(path.join(path.resolve(packages), "index.js"))("@atproto/pds");
const LOOPBACK = "127.0.0.1";

const held = new Map();
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  const where = typeof port === "number" ? held.get(port) ?? { port, host: LOOPBACK } : port;
  return listen.call(this, where, ...rest);
};

// A port that is ours from now on: whoever listens on it later takes over the socket.
function ownPort() {
  return new Promise((resolve) => {
    const holder = net.createServer().listen(0, () => {
      const { port } = holder.address();
      held.set(port, holder);
      resolve(port);
    });
  });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function didDocument(did, operation) {
  const services = Object.entries(operation.services);
  const keys = Object.entries(operation.verificationMethods);
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
    id: did,
    alsoKnownAs: operation.alsoKnownAs,
    verificationMethod: keys.map(([name, key]) => ({
      id: `${did}#${name}`, type: "Multikey", controller: did, publicKeyMultibase: key.replace("did:key:", ""),
    })),
    service: services.map(([name, { type, endpoint }]) => ({ id: `#${name}`, type, serviceEndpoint: endpoint })),
  };
}

function directory() {
  const operations = new Map();
  const server = http.createServer(async (request, response) => {
    const [did, part] = decodeURIComponent(request.url).slice(1).split("/");
    if (request.method === "POST") operations.set(did, await body(request));
    const operation = operations.get(did);
    const answer = part === "data" ? { did, ...operation } : operation && didDocument(did, operation);
    response.writeHead(operation ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(operation ? answer : { message: "not registered" }));
  });
  return new Promise((resolve) => server.listen(0, () => resolve(`http://${LOOPBACK}:${server.address().port}`)));
}

async function main() {
  const port = await ownPort();
  Object.assign(process.env, {
    LOG_ENABLED: "false",
    PDS_PORT: String(port),
    PDS_HOSTNAME: "localhost",
    PDS_SERVICE_HANDLE_DOMAINS: ".test",
    PDS_DEV_MODE: "true",
    PDS_DATA_DIRECTORY: data,
    PDS_BLOBSTORE_DISK_LOCATION: path.join(data, "blobs"),
    PDS_DID_PLC_URL: await directory(),
    PDS_INVITE_REQUIRED: "false",
    PDS_RATE_LIMITS_ENABLED: "false",
    PDS_JWT_SECRET: jwtSecret,
    PDS_ADMIN_PASSWORD: "admin",
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: "11".repeat(32),
  });
  const env = pds.readEnv();
  const server = await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env));
  await server.start();
  console.log(`http://${LOOPBACK}:${port}`);
  process.stdin.resume().on("close", () => process.exit(0));
}

main().catch((error) => {
  console.error(String(error && error.stack));
  process.exit(1);
});
