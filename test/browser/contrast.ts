/**
 * An expression for the page: the texts whose contrast with the ground behind them is below 4.5 (WCAG 2.2, 1.4.3), each as
 * `text: ratio`. `texts` of what was looked at keeps it from passing on nothing.
 */
export const CONTRASTS = String.raw`(() => {
  const parse = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const ground = parse(getComputedStyle(each).backgroundColor);
      if (ground.alpha === 1) return ground.rgb;
    }
    return [255, 255, 255];
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ownText = (element) => [...element.childNodes].map((node) => (node.nodeType === 3 ? node.textContent.trim() : '')).join('');
  const seen = [...document.body.querySelectorAll('*')].filter((element) => ownText(element) !== '' && element.checkVisibility());
  const low = seen.flatMap((element) => {
    const found = ratio(luminance(parse(getComputedStyle(element).color).rgb), luminance(groundOf(element)));
    return found < 4.5 ? [ownText(element).slice(0, 40) + ': ' + found.toFixed(2)] : [];
  });
  return { texts: seen.length, low };
})()`;
