/** The one version of the API there is. */
export const apiVersion = 'multivrf.dev/v1alpha1';

/** Where an API server has its objects. */
export const apiPath = `/apis/${apiVersion}`;
