/** One spelling for each endpoint: lower-case host, no default port, no slash at the end. */
export function normaliseEndpoint(endpoint: string): string {
  return new URL(endpoint).href.replace(/\/+$/, '');
}

/** Where buckets are names of one space: the endpoint, or `aws` for every spelling of AWS itself. */
export function endpointSpace(endpoint: string | undefined): string {
  if (endpoint === undefined) return 'aws';
  const { hostname } = new URL(endpoint);
  // Bucket names are unique over all regions of AWS, so its regional endpoints are one place.
  return /(^|\.)s3[a-z0-9.-]*\.amazonaws\.com$/.test(hostname) ? 'aws' : normaliseEndpoint(endpoint);
}
