/** The one version of the API there is. */
export const apiVersion = 'multivrf.dev/v1alpha1';
