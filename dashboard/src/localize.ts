/** Texts of the cards in the language of the viewer, English where one is missing. */
import en from "./translations/en.json";

export type TextKey = keyof typeof en;

/** A key whose plural forms are listed as `key.one`, `key.other` and so on. */
export type PluralKey = TextKey extends infer Key
  ? Key extends `${infer Stem}.other`
    ? Stem
    : never
  : never;

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

export type Values = Readonly<Record<string, string | number>>;

export interface Localize {
  readonly language: string;
  (key: TextKey, values?: Values): string;
  /** The plural form for `count`, in which `{count}` is the written number. */
  plural(key: PluralKey, count: number, values?: Values): string;
}

/** One entry for each complete language; regional variants fall back to their stem. */
const LANGUAGES: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>> = { en };

function texts(language: string): Readonly<Partial<Record<string, string>>> {
  return LANGUAGES[language] ?? LANGUAGES[language.split("-")[0] ?? ""] ?? en;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}

/** Texts in `language`, a BCP 47 tag such as Home Assistant has in `locale.language`. */
export function createLocalize(language: string): Localize {
  const own = texts(language);
  const lookUp = (key: string): string | undefined =>
    own[key] ?? (en as Readonly<Record<string, string | undefined>>)[key];
  const rules = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const localize = (key: TextKey, values: Values = {}): string => fill(lookUp(key) ?? key, values);
  return Object.assign(localize, {
    language,
    plural: (key: PluralKey, count: number, values: Values = {}): string =>
      fill(lookUp(`${key}.${rules.select(count)}`) ?? lookUp(`${key}.other`) ?? key, {
        count: number.format(count),
        ...values,
      }),
  });
}
