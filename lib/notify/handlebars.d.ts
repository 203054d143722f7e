/** handlebars 4 has its types under its own name alone. */
declare module 'handlebars/dist/handlebars.js' {
  export { default } from 'handlebars';
}
