// Which header belongs to which file, in the words of three kinds of host. Nothing here may be narrower than what the page
// needs on Live: the policy is the page's own, and no permission is taken away (a broker on the local network is a use).

/** What a `<meta>` cannot say, with what it says. */
const policyHeader = (policy) => `${policy}; frame-ancestors 'none'`;
const FRESH = 'no-cache';
const FOREVER = 'public, max-age=31536000, immutable';

const everywhere = (policy) => [
  ['Content-Security-Policy', policyHeader(policy)],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** Netlify, Cloudflare Pages and others of their kind. For a page at the top of its host: below a path, put the path in front. */
export function headersFile({ policy, immutable, fresh }) {
  const rule = (path, headers) => [path, ...headers.map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  return `${[
    rule('/*', everywhere(policy)),
    ...fresh.map((name) => rule(`/${name}`, [['Cache-Control', FRESH]])),
    ...immutable.map((name) => rule(`/${name}`, [['Cache-Control', FOREVER]])),
  ].join('\n')}\n`;
}

/** To be included in a `server` block; `root` is the block's own. */
export function nginx({ policy, immutable }) {
  const add = ([name, value]) => `add_header ${name} "${value}" always;`;
  const named = immutable.map((name) => name.replaceAll('.', '\\.')).join('|');
  // An add_header in a location puts out those of the block around it, hence the map.
  return `# Outside of the server block:
#   map $uri $page_cache { ~/(${named})$ "${FOREVER}"; default "${FRESH}"; }
#   types { application/wasm wasm; application/manifest+json webmanifest; }
${[...everywhere(policy), ['Cache-Control', '$page_cache']].map(add).join('\n')}
`;
}

/** For \`aws cloudfront create-response-headers-policy --response-headers-policy-config file://_cloudfront.json\`. */
export function cloudFront({ policy }) {
  const custom = everywhere(policy).filter(([name]) => name.startsWith('Cross-Origin'));
  return `${JSON.stringify({
    Name: 'iot-policy-lab',
    Comment: `Cache-Control is set on the objects: ${FOREVER} for names with a digest, ${FRESH} for all others`,
    SecurityHeadersConfig: {
      ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: policyHeader(policy) },
      ContentTypeOptions: { Override: true },
      ReferrerPolicy: { Override: true, ReferrerPolicy: 'no-referrer' },
    },
    CustomHeadersConfig: {
      Quantity: custom.length,
      Items: custom.map(([Header, Value]) => ({ Header, Value, Override: true })),
    },
  }, null, 2)}\n`;
}
