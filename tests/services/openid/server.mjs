// A certified provider on a free port of this machine; it prints its issuer once it listens, and ends with its input.
// Arguments: the redirect address of its one client, then the algorithm of its tokens.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const [redirect, algorithm = "RS256"] = process.argv.slice(2);

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

const key = (kid, kind) => ({
  ...generateKeyPairSync(...KINDS[kind]).privateKey.export({ format: "jwk" }), kid, use: "sig", alg: kind,
});

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "leadbright",
      client_secret: "a-client-secret-of-the-tests",
      redirect_uris: [redirect],
      id_token_signed_response_alg: algorithm,
    }],
    jwks: { keys: [...new Set(["RS256", algorithm])].map((kind, n) => key(`key-${n}`, kind)) },
    cookies: { keys: ["the cookies of a test"] },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
    pkce: { required: () => true },
    // Whatever name somebody types is who they are.
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@company.example` }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});

process.stdin.on("end", () => process.exit(0)).resume();
