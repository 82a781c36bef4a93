/** Runs what follows in network, mount and process namespaces of its own, which end with it: nothing of the machine's network is touched. */
export const apart = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;
