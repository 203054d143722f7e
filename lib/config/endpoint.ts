/** Says what is wrong with the URL of an S3 endpoint; undefined when nothing is. */
export function checkEndpoint(endpoint: string): string | undefined {
  if (endpoint.includes('{{')) return 'is a template of PBS; write the host alone, path-style: false puts the bucket before it';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint)) return `has no scheme; write https:// before it`;
  if (!URL.canParse(endpoint)) return 'is no URL; write one such as https://s3.example.com';
  return checkParts(new URL(endpoint));
}

function checkParts(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `has the scheme ${url.protocol}//; write https://`;
  if (url.username !== '' || url.password !== '') return 'holds a user or password; take them out and use credentials:';
  if (url.search !== '' || url.hash !== '') return 'has a part after ? or #; write the URL without it';
  return undefined;
}

/** Whether it has a certificate at all. */
export function isSecure(endpoint: string): boolean {
  return new URL(endpoint).protocol === 'https:';
}
