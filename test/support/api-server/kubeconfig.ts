/** How clients find the API server. */

/** Whom to trust and what to say. Plain HTTP is accepted by the client library with insecure-skip-tls-verify only. */
export interface Access {
  url: string;
  token: string;
  /** The server's certificate in PEM, where it speaks TLS. */
  certificate?: string;
}

/** A kubeconfig with the token inline. */
export function kubeconfig({ url, token, certificate }: Access): string {
  const trust = certificate
    ? { 'certificate-authority-data': Buffer.from(certificate).toString('base64') }
    : { 'insecure-skip-tls-verify': true };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, ...trust } }],
    users: [{ name: 'agent', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'agent' } }],
    'current-context': 'test',
  });
}
