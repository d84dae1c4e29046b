import { type Label } from '../../model/stage.ts';

/** A deviation in words. `name` and `after` are what people call the touchpoints. */
export const deviationWords: Record<'skipped' | 'extra', (name: Label, after: Label | undefined) => Label> = {
  skipped: (name, after) => ({
    en: `Skipped "${name.en}" ${after ? `after "${after.en}"` : 'at the start'}`,
    ko: `${after ? `"${after.ko}" 다음` : '시작'}에 "${name.ko}" 건너뜀`,
  }),
  extra: (name, after) => ({
    en: `Did "${name.en}" as well, ${after ? `after "${after.en}"` : 'before the start'}`,
    ko: `${after ? `"${after.ko}" 다음` : '시작 전'}에 계획에 없는 "${name.ko}" 발생`,
  }),
};
