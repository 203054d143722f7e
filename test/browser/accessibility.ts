import type { Page } from './chromium.ts';

/** What a screen reader is given of a page: roles and names, in their order. */
export async function accessibilityTree(page: Page): Promise<{ role: string; name: string }[]> {
  const { nodes } = (await page.send('Accessibility.getFullAXTree')) as {
    nodes: { ignored: boolean; role?: { value: string }; name?: { value: string } }[];
  };
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
}
