/** Styles as text, for what comes late: `import css from "./late.css?inline"`. */
declare module "*.css?inline" {
  const css: string;
  export default css;
}
