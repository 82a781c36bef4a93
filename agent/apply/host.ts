/** Where steps are carried out. */
import type { Namespace } from '../plan/kernel-object.ts';
import type { Places } from './encode.ts';

export interface Host {
  places: Places;
  /** Namespaces are not made through a socket. */
  createNamespace(namespace: Namespace): void;
  removeNamespace(namespace: Namespace): void;
}
