/** The light build of hls.js (sound only, one rendition) has the full one's types, but no file. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
