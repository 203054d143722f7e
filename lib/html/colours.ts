import { css } from './html.ts';

/** The page's colours, light and dark: each text on its ground has a contrast of 4.5 or more. */
export const COLOURS = css`
  :root {
    color-scheme: light dark;
    --page: #f4f6f8;
    --card: #fff;
    --ink: #17212b;
    --dim: #566473;
    --line: #dce2e8;
    --soft: #eef2f5;
    --accent: #2463a6;
    --accent-soft: #d5e4f4;
    --good: #136b3a;
    --good-soft: #e0f3e7;
    --warn: #8a5300;
    --warn-soft: #fdf0d5;
    --bad: #ad2018;
    --bad-soft: #fce6e4;
    --idle: #47586a;
    --idle-soft: #e6ebf0;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #10161c;
      --card: #19212a;
      --ink: #e5ebf1;
      --dim: #9dabb9;
      --line: #2c3743;
      --soft: #212b35;
      --accent: #7ab4f0;
      --accent-soft: #223f5c;
      --good: #6fd69b;
      --good-soft: #14352a;
      --warn: #f3bd5b;
      --warn-soft: #3a2d14;
      --bad: #ff978e;
      --bad-soft: #42201f;
      --idle: #b0bfcd;
      --idle-soft: #28333f;
    }
  }
  .good {
    --tone: var(--good);
    --tone-soft: var(--good-soft);
  }
  .warn {
    --tone: var(--warn);
    --tone-soft: var(--warn-soft);
  }
  .bad {
    --tone: var(--bad);
    --tone-soft: var(--bad-soft);
  }
  .idle {
    --tone: var(--idle);
    --tone-soft: var(--idle-soft);
  }
`;
