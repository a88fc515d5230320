declare module "picomatch" {
  export default function picomatch(
    globs: string | readonly string[],
    options?: { readonly dot?: boolean },
  ): (path: string) => boolean;
}
