/** Where the API server is and who we are to it: the client library's configuration, for its authentication and TLS. */
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { CniCode, CniError } from '../../common/errors.ts';

export interface AccessOptions {
  /** Path of a kubeconfig; without one the ServiceAccount of the pod that the agent runs in. */
  kubeconfig?: string | undefined;
  /** What stands before /var/run/secrets/kubernetes.io/serviceaccount. */
  root?: string;
}

/**
 * Reads the configuration anew. Throws a CniError (ioFailure) that says what to do. Files that it names (certificates, the
 * ServiceAccount's token) are read at each request, and the token every minute.
 */
export function loadAccess({ kubeconfig, root = '' }: AccessOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) {
    if (!process.env.KUBERNETES_SERVICE_HOST || !process.env.KUBERNETES_SERVICE_PORT) {
      throw new CniError(
        CniCode.ioFailure,
        'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster',
        'outside a cluster name a kubeconfig with --kubeconfig',
      );
    }
    config.loadFromCluster(root);
    return config;
  }
  try {
    config.loadFromFile(kubeconfig);
    if (!config.getCurrentCluster()) throw new Error('its current-context names no cluster');
  } catch (error) {
    throw new CniError(
      CniCode.ioFailure,
      `kubeconfig ${kubeconfig} cannot be used: ${(error as Error).message}`,
      `try \`kubectl --kubeconfig ${kubeconfig} get nodes\``,
      { cause: error },
    );
  }
  return config;
}
